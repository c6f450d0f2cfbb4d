// What the JavaScript clients share: the sandbox of a local server, a browser that follows one redirect, and calls to
// the number verification API.
import { strict as assert } from 'node:assert'
import { createHash, randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'

const base = process.env.BASE_URL
assert(base, 'BASE_URL must name a running local server')

const sandbox = await (await fetch(`${base}/local/sandbox`)).json()

export const issuer = new URL(sandbox.issuer)
export const scope = 'openid dpv:FraudPreventionAndDetection number-verification:verify'
export const otpScope = 'one-time-password-sms:send-validate'
export const number = numberThatIs('verified')
export const unresolvedNumber = numberThatIs('unresolved')
export const otherNumber = '+990123450000'
export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

function numberThatIs(outcome) {
  const found = sandbox.numbers.find((n) => n.outcome === outcome)
  assert(found, `no number with the outcome ${outcome} in the sandbox`)
  return found.number
}

// The registered client of a dialect and an authentication method.
export function clientOf(dialect, method) {
  const found = sandbox.clients.find((c) => c.dialect === dialect && c.token_endpoint_auth_method === method)
  assert(found, `no ${dialect} client with ${method} in the sandbox`)
  return found
}

// A client's key in the form that the libraries take.
export async function keyOf(client) {
  return { key: await importJWK(client.private_jwk, client.private_jwk.alg), kid: client.private_jwk.kid }
}

// What an operator's entitlement server gives a phone: proof, for five minutes and one use, of whose SIM is in it.
export async function operatorToken() {
  const { iss, private_jwk } = sandbox.operators[0]
  return sign({ iss, sub: `tel:${number}`, aud: sandbox.issuer }, private_jwk)
}

// An authorization grant of RFC 7523 in the form that CAMARA gives it: the scope is a claim.
export async function assertion(client, subject) {
  const claims = { iss: client.client_id, sub: subject, aud: sandbox.issuer, scope }
  return sign(claims, client.private_jwk)
}

async function sign(claims, jwk) {
  return new SignJWT({ ...claims, jti: randomUUID() })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(await importJWK(jwk, jwk.alg))
}

// Opens the authorization URL as a browser would and returns where it is sent back to.
export async function visit(url) {
  const response = await fetch(url, { redirect: 'manual' })
  assert.equal(response.status, 302, `authorize answered ${response.status}: ${await response.text()}`)
  return new URL(response.headers.get('location'))
}

// Asserts what the API says about a number when asked with this token.
export async function verify(accessToken, phoneNumber, expected, path = '/number-verification/v2/verify') {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ phoneNumber }),
  })
  const body = await response.text()
  assert.equal(response.status, 200, `verify answered ${response.status}: ${body}`)
  assert.equal(JSON.parse(body).devicePhoneNumberVerified, expected)
}

async function post(path, accessToken, body) {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  return fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

// Sends a one-time password to a number of its own and validates it, by either version.
export async function sendAndValidate(accessToken) {
  for (const version of ['v1', 'v2']) {
    const phoneNumber = `+99015${String(Math.floor(Math.random() * 1e5)).padStart(5, '0')}0001`
    const path = `/one-time-password-sms/${version}`
    const sent = await post(`${path}/send-code`, accessToken, { phoneNumber, message: '{{code}} is your code' })
    assert.equal(sent.status, 200, `send-code answered ${sent.status}`)
    const { authenticationId } = await sent.json()
    const [{ pin }] = await (await fetch(`${base}/local/messages?request_id=${authenticationId}`)).json()
    const validated = await post(`${path}/validate-code`, accessToken, { authenticationId, code: pin })
    assert.equal(validated.status, 204, `validate-code answered ${validated.status}`)
  }
}

// The account of the Verify API that is in a state.
export function accountThatIs(state) {
  const found = sandbox.accounts.find((a) => a.state === state)
  assert(found, `no account that is ${state} in the sandbox`)
  return found
}

// A mobile number that hardly any other test has.
export const mobile = () => `4474${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`

// What was sent for a request_id.
export async function messages(requestID) {
  return (await fetch(`${base}/local/messages?request_id=${requestID}`)).json()
}

// The PIN that was last sent for a request_id.
export async function pin(requestID) {
  const sent = await messages(requestID)
  assert(sent.length > 0, 'no message was sent')
  return sent.at(-1).pin
}

// The application of the account that is in a state.
export function application(state) {
  const { api_key: account } = accountThatIs(state)
  const found = sandbox.applications.find((a) => a.account === account)
  assert(found, `no application of the account that is ${state} in the sandbox`)
  return found
}

// A test number with which a silent step comes to an outcome, that hardly any other test has.
export function silentNumber(outcome) {
  const random = String(Math.floor(Math.random() * 1e5)).padStart(5, '0')
  return `99015${random}00${outcomes[outcome]}`
}

const outcomes = { verified: '01', unresolved: '04' }

// The callbacks of a request_id: their headers, the body as it came and as it reads.
export async function callbacks(requestID) {
  const sent = await (await fetch(`${base}/local/callbacks?request_id=${requestID}`)).json()
  return sent.map(({ headers, body }) => ({ headers, raw: body, body: JSON.parse(body) }))
}

export const sha256 = (text) => createHash('sha256').update(text).digest('hex')

// The claims of a JWT, unverified.
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))

// A code that is not the PIN.
export const not = (code) => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)

// Moves the server's clock.
export async function advance(by) {
  const response = await fetch(`${base}/local/clock`, { method: 'POST', body: JSON.stringify({ advance: by }) })
  assert.equal(response.status, 200)
}

// Runs the named flows one after the other and ends the process with status 1 when one fails.
export async function run(flows) {
  for (const [name, flow] of Object.entries(flows)) {
    try {
      await flow()
      console.log(`ok ${name}`)
    } catch (error) {
      console.log(`FAILED ${name}:`, error)
      process.exitCode = 1
    }
  }
}
