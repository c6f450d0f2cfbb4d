// @vonage/verify2 1.9, as its users have it but for the address. It has no call for the next step,
// and does not tell the check_url of a silent one, which the callback has.
import { verifySignature } from '@vonage/jwt'
import { Verify2 } from '@vonage/verify2'
import { application } from '../js/sandbox.mjs'
import { named, run } from '../js/verify2-flows.mjs'

const { application_id: applicationId, private_key: privateKey } = application('standard')

const sdk = new Verify2({ applicationId, privateKey }, { apiHost: process.env.BASE_URL })

await run({ '@vonage/verify2 1.9': named(sdk) }, verifySignature)
