// One call of @vonage/verify2, by the application that SANDBOX, a listing, has for an account:
//   node verify2-call.mjs ACCOUNT METHOD ARGUMENTS
// with the arguments as a JSON array. It prints what the SDK answers, or of a refusal its status.
import { readFile } from 'node:fs/promises'
import { Verify2 } from '@vonage/verify2'

const [account, method, args] = process.argv.slice(2)
const { applications } = JSON.parse(await readFile(process.env.SANDBOX))
const application = applications.find((a) => a.account === account)
const verify2 = new Verify2(
  { applicationId: application.application_id, privateKey: application.private_key },
  { apiHost: process.env.BASE_URL },
)

const answer = await verify2[method](...JSON.parse(args)).catch((error) => {
  if (!error.response) throw error
  return error.response.status
})
console.log(JSON.stringify(answer))
