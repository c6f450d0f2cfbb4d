// @vonage/verify of today, as its users have it but for the address. It authenticates by HTTP Basic and sends JSON.
import { Auth } from '@vonage/auth'
import { Verify } from '@vonage/verify'
import { accountThatIs } from './sandbox.mjs'
import { modern, run } from './verify-flows.mjs'

const { api_key: apiKey, api_secret: apiSecret } = accountThatIs('unlimited')

await run({ '@vonage/verify 1.23': modern(new Verify(new Auth({ apiKey, apiSecret }), { apiHost: process.env.BASE_URL })) })
