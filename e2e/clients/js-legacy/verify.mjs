// Older SDKs for the Verify API, as their users have them but for the address: @vonage/verify 1.3, with credentials in JSON bodies,
// and nexmo 2.9, which asks everything by GET, with a secret or with signatures.
import { Auth } from '@vonage/auth'
import { Verify } from '@vonage/verify'
import Nexmo from 'nexmo'
import { accountThatIs } from '../js/sandbox.mjs'
import { modern, run } from '../js/verify-flows.mjs'

const { hostname, port } = new URL(process.env.BASE_URL)
const account = accountThatIs('unlimited')
const signing = accountThatIs('signed')
const credentials = { apiKey: account.api_key, apiSecret: account.api_secret }

function nexmo(options) {
  const silent = { info() {}, error() {}, warn() {} }
  const { verify } = new Nexmo(options, { apiHost: hostname, port: Number(port), logger: silent })
  const call = (operation, parameters) => new Promise((resolve, reject) =>
    verify[operation](parameters, (error, answer) => (error ? reject(error) : resolve(answer))))
  // A signature is good once, and the seconds of its timestamp tell equal calls apart.
  const ask = async (operation, parameters) => {
    if (options.signatureSecret) await nextSecond()
    return call(operation, parameters)
  }
  return {
    request: (o) => ask('request', { number: o.number, brand: 'Acme', ...defined({ code_length: o.codeLength, workflow_id: o.workflow }) }),
    pay: (o) => ask('psd2', { number: o.number, payee: 'Acme', amount: '48.50' }),
    check: (request_id, code) => ask('check', { request_id, code }),
    search: (id) => ask('search', id),
    cancel: (request_id) => ask('control', { request_id, cmd: 'cancel' }),
    trigger: (request_id) => ask('control', { request_id, cmd: 'trigger_next_event' }),
  }
}

const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1001 - (Date.now() % 1000)))

const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

// Its trigger sends cmd=cancel.
const verify13 = { ...modern(new Verify(new Auth(credentials), { apiHost: process.env.BASE_URL })), trigger: undefined }

await run({
  '@vonage/verify 1.3': verify13,
  'nexmo 2.9': nexmo(credentials),
  'nexmo 2.9, signed': nexmo({
    apiKey: signing.api_key,
    apiSecret: 'taken away before it is sent',
    signatureSecret: signing.signature_secret,
    signatureMethod: signing.signature_method,
  }),
})
