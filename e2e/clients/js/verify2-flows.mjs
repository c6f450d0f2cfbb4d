// What every SDK for the Verify API (v2) must do, whatever it calls it.
import { strict as assert } from 'node:assert'
import * as sandbox from './sandbox.mjs'

// Gives a client of @vonage/verify2 the API's own names, and refusals as {status, ...problem}.
export function named(verify2) {
  const told = (call) => call.catch(async (error) => {
    assert(error.response, error)
    assert.equal(error.response.headers.get('content-type'), 'application/problem+json')
    return { status: error.response.status, ...await error.response.json() }
  })
  return {
    request: (params) => told(verify2.newRequest({ brand: 'Acme', ...params })),
    check: (id, code) => told(verify2.checkCode(id, code)),
    cancel: (id) => verify2.cancel(id),
    next: verify2.nextWorkflow && ((id) => verify2.nextWorkflow(id)),
  }
}

const step = (channel, to = sandbox.mobile(), more = {}) => ({ channel, to, ...more })

// wants asserts a problem, its status and the title that this API has for it.
function wants(problem, status, title) {
  assert.deepEqual([problem.status, problem.title], [status, title], JSON.stringify(problem))
  for (const member of ['type', 'detail', 'instance']) {
    assert.equal(typeof problem[member], 'string')
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

// Begins a verification that must begin.
async function begun(sdk, params) {
  const started = await sdk.request(params)
  assert.match(started.requestId ?? '', uuid, JSON.stringify(started))
  return started.requestId
}

// The messages by channel, as they came.
const channels = async (id) => (await sandbox.messages(id)).map(({ channel }) => channel)

async function verifies(sdk, told) {
  const id = await begun(sdk, {
    workflow: [step('sms', sandbox.mobile(), { from: 'ACME' })],
    codeLength: 6,
    locale: 'de-de',
    channelTimeout: 300,
    clientRef: 'order-42',
  })
  const [message] = await sandbox.messages(id)
  assert.equal(message.pin.length, 6)
  assert.equal(message.from, 'ACME')
  assert.match(message.text, /Ihr/)
  wants(await sdk.check(id, sandbox.not(message.pin)), 400, 'Invalid Code')
  assert.equal(await sdk.check(id, message.pin), 'completed')
  wants(await sdk.check(id, message.pin), 404, 'Not Found')
  await told(id, { summary: 'completed', ref: 'order-42', steps: ['completed'] })
}

async function fails(sdk, told) {
  const id = await begun(sdk, { workflow: [step('sms'), step('voice')] })
  const code = sandbox.not(await sandbox.pin(id))
  for (const status of [400, 400, 410, 410]) {
    wants(await sdk.check(id, code), status, 'Invalid Code')
  }
  await told(id, { summary: 'user_rejected', steps: ['user_rejected', 'unused'] })
}

async function cancels(sdk, told) {
  const id = await begun(sdk, { workflow: [step('sms')] })
  await sandbox.pin(id)
  assert.equal(await sdk.cancel(id), true)
  assert.equal(await sdk.cancel(id), false)
  await told(id, { summary: 'cancelled', steps: ['cancelled'] })
}

async function moves(sdk, told) {
  const id = await begun(sdk, { workflow: [step('sms'), step('voice')] })
  const first = await sandbox.pin(id)
  assert.equal(await sdk.next(id), true)
  assert.deepEqual(await channels(id), ['sms', 'voice'])
  assert.equal(await sdk.next(id), false)
  wants(await sdk.check(id, first), 400, 'Invalid Code')
  assert.equal(await sdk.check(id, await sandbox.pin(id)), 'completed')
  await told(id, { summary: 'completed', steps: ['cancelled', 'completed'] })
}

async function waits(sdk, told) {
  const id = await begun(sdk, { workflow: [step('sms'), step('voice')], channelTimeout: 60 })
  await sandbox.pin(id)
  await sandbox.advance('61s')
  assert.deepEqual(await channels(id), ['sms', 'voice'])
  await sandbox.advance('71s')
  wants(await sdk.check(id, await sandbox.pin(id)), 404, 'Not Found')
  await told(id, { summary: 'expired', steps: ['expired', 'expired'] })
}

async function conflicts(sdk) {
  const to = sandbox.mobile()
  const id = await begun(sdk, { workflow: [step('sms', to)] })
  for (const number of [to, `+${to}`]) {
    const again = await sdk.request({ workflow: [step('voice', number)] })
    wants(again, 409, 'Conflict')
    assert.equal(again.request_id, id)
  }
  assert.deepEqual(await channels(id), ['sms'])
  await sdk.cancel(id)
}

// What the device fetches, over the connection of its line.
async function device(checkURL, headers = {}) {
  const response = await fetch(checkURL, { headers, redirect: 'manual' })
  const { status } = response
  return { status, location: response.headers.get('location'), body: await response.text() }
}

// An SDK that does not tell the check_url leaves it to the callback.
async function checkURL(started) {
  if (started.checkUrl) return started.checkUrl
  const [first] = await sandbox.callbacks(started.requestId)
  return first.body.action.check_url
}

async function silently(sdk, told) {
  const to = sandbox.silentNumber('verified')
  const started = await sdk.request({ workflow: [step('silent_auth', to)] })
  const id = started.requestId
  wants(await sdk.check(id, '1234'), 409, 'Conflict')
  const { status, body } = await device(await checkURL(started))
  assert.equal(status, 200, body)
  const shown = JSON.parse(body)
  assert.equal(shown.request_id, id)
  assert.equal(await sdk.check(id, shown.code), 'completed')
  assert.deepEqual(await sandbox.messages(id), [])
  const events = ['action_pending', 'completed']
  await told(id, { events, summary: 'completed', steps: ['completed'] })
}

async function redirects(sdk) {
  const [redirectUrl] = sandbox.application('standard').redirect_urls
  const only = step('silent_auth', sandbox.silentNumber('verified'), { redirectUrl })
  const started = await sdk.request({ workflow: [only] })
  const { status, location } = await device(await checkURL(started))
  assert.equal(status, 302)
  const [to, fragment] = location.split('#')
  const shown = new URLSearchParams(fragment)
  assert.equal(to, redirectUrl)
  assert.equal(shown.get('request_id'), started.requestId)
  assert.equal(await sdk.check(started.requestId, shown.get('code')), 'completed')
}

async function falls(sdk, told) {
  const to = sandbox.silentNumber('unresolved')
  const started = await sdk.request({ workflow: [step('silent_auth', to), step('sms', to)] })
  const id = started.requestId
  const { status, body } = await device(await checkURL(started))
  assert.equal(status, 409, body)
  assert.ok(!('code' in JSON.parse(body)))
  assert.deepEqual(await channels(id), ['sms'])
  assert.equal(await sdk.check(id, await sandbox.pin(id)), 'completed')
  const events = ['action_pending', 'failed']
  await told(id, { events, summary: 'completed', steps: ['failed', 'completed'] })
}

async function leaves(sdk, told) {
  const to = sandbox.silentNumber('verified')
  const started = await sdk.request({ workflow: [step('silent_auth', to), step('sms', to)] })
  const id = started.requestId
  await sandbox.advance('61s') // no device came
  assert.deepEqual(await channels(id), ['sms'])
  assert.equal((await device(await checkURL(started))).status, 404)
  assert.equal(await sdk.check(id, await sandbox.pin(id)), 'completed')
  const events = ['action_pending', 'expired']
  await told(id, { events, summary: 'completed', steps: ['expired', 'completed'] })
}

async function chooses(sdk) {
  const id = await begun(sdk, { workflow: [step('sms')], code: 'aB3xYz9' })
  assert.equal(await sandbox.pin(id), 'aB3xYz9')
  wants(await sdk.check(id, 'aB3xYz8'), 400, 'Invalid Code')
  assert.equal(await sdk.check(id, 'aB3xYz9'), 'completed')
}

async function isRefused(sdk) {
  const workflow = [step('sms'), step('silent_auth'), step('rcs')]
  const wrong = await sdk.request({ brand: 'A brand of 20 letters', workflow })
  wants(wrong, 422, 'Invalid params')
  const names = wrong.invalid_parameters.map(({ name }) => name)
  assert.deepEqual(names, ['brand', 'workflow[1]', 'workflow[2]'])
  wants(await sdk.check('c11236f4-00bf-4b89-84ba-88b25df97315', '1234'), 404, 'Not Found')
}

// Runs every flow with every SDK; verifySignature is that of the SDK.
export function run(sdks, verifySignature) {
  const { signature_secret: secret } = sandbox.application('standard')
  const told = async (id, want) => {
    const all = await sandbox.callbacks(id)
    for (const { headers, raw } of all) {
      const token = headers.Authorization.replace(/^Bearer /, '')
      assert.equal(verifySignature(token, secret), true)
      assert.equal(verifySignature(token, `${secret}x`), false)
      assert.equal(sandbox.claimsOf(token).payload_hash, sandbox.sha256(raw))
    }
    const summary = all.at(-1).body
    const events = all.slice(0, -1).map(({ body }) => body.status)
    const steps = summary.workflow.map(({ status }) => status)
    assert.deepEqual(
      { events, summary: summary.status, ref: summary.client_ref, steps },
      { events: [], ref: undefined, ...want },
    )
  }
  const flows = {}
  for (const [name, sdk] of Object.entries(sdks)) {
    const all = {
      verifies, fails, cancels, moves, waits, conflicts, silently, redirects, falls, leaves,
      chooses, isRefused,
    }
    if (!sdk.next) delete all.moves // has no nextWorkflow
    for (const [flow, play] of Object.entries(all)) {
      flows[`${name}: ${flow}`] = () => play(sdk, told)
    }
  }
  return sandbox.run(flows)
}
