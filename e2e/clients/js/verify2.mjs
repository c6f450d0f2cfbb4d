// @vonage/verify2 of today, alone and as @vonage/server-sdk has it, as its users have it but for
// the address.
import { verifySignature } from '@vonage/jwt'
import { Vonage } from '@vonage/server-sdk'
import { Verify2 } from '@vonage/verify2'
import { application } from './sandbox.mjs'
import { named, run } from './verify2-flows.mjs'

const { application_id: applicationId, private_key: privateKey } = application('standard')
const options = { apiHost: process.env.BASE_URL }

await run({
  '@vonage/verify2 1.22': named(new Verify2({ applicationId, privateKey }, options)),
  '@vonage/server-sdk 3.30': named(new Vonage({ applicationId, privateKey }, options).verify2),
}, verifySignature)
