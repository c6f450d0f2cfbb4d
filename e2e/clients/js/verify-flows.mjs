// What every SDK for the Verify API must do, whatever it calls it.
import { strict as assert } from 'node:assert'
import * as sandbox from './sandbox.mjs'

// Gives a client of @vonage/verify one name for each operation, and its answers the API's own names.
export function modern(verify) {
  return {
    request: async (o) => plain(await verify.start({ number: o.number, brand: 'Acme', code_length: o.codeLength, workflow_id: o.workflow })),
    pay: async (o) => plain(await verify.start({ number: o.number, payee: 'Acme', amount: 48.5 })),
    check: async (id, code) => plain(await verify.check(id, code)),
    search: async (id) => plain(await verify.search(id)),
    cancel: async (id) => plain(await verify.cancel(id)),
    trigger: async (id) => plain(await verify.trigger(id)),
  }
}

// The SDKs rename members to camelCase; some keep the API's names beside.
const plain = (answer) => Object.fromEntries(
  Object.entries(answer).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
)

async function verifies(sdk) {
  const started = await sdk.request({ number: sandbox.mobile(), codeLength: '6', workflow: '4' })
  assert.equal(started.status, '0')
  assert.equal(started.request_id.length, 32)
  assert.ok(!('error_text' in started))
  const code = await sandbox.pin(started.request_id)
  assert.equal(code.length, 6)
  assert.equal((await sdk.search(started.request_id)).status, 'IN PROGRESS')
  const right = await sdk.check(started.request_id, code)
  assert.equal(right.status, '0')
  assert.equal(right.price, '0.10000000')
  assert.equal(right.currency, 'EUR')
  assert.ok(right.event_id)
  const found = await sdk.search(started.request_id)
  assert.equal(found.status, 'SUCCESS')
  assert.equal(found.checks.length, 1)
  assert.equal((await sdk.check(started.request_id, code)).status, '6')
}

async function fails(sdk) {
  const { request_id } = await sdk.request({ number: sandbox.mobile() })
  const code = sandbox.not(await sandbox.pin(request_id))
  for (const status of ['16', '16', '17', '17']) {
    const wrong = await sdk.check(request_id, code)
    assert.equal(wrong.status, status)
    assert.match(wrong.error_text, /code/)
  }
  assert.equal((await sdk.search(request_id)).status, 'FAILED')
}

async function cancels(sdk) {
  const { request_id } = await sdk.request({ number: sandbox.mobile() })
  assert.equal((await sdk.cancel(request_id)).status, '19')
  await sandbox.advance('31s')
  assert.deepEqual(await sdk.cancel(request_id).then(({ status, command }) => ({ status, command })), { status: '0', command: 'cancel' })
  assert.equal((await sdk.cancel(request_id)).status, '6')
  assert.equal((await sdk.search(request_id)).status, 'CANCELLED')
}

async function triggers(sdk) {
  const { request_id } = await sdk.request({ number: sandbox.mobile() })
  for (const status of ['0', '0', '19']) {
    await sandbox.pin(request_id) // what is under way arrives first
    assert.equal((await sdk.trigger(request_id)).status, status)
  }
  assert.deepEqual((await sdk.search(request_id)).events.map(({ type }) => type), ['sms', 'tts', 'tts'])
}

async function pays(sdk) {
  const { request_id, status } = await sdk.pay({ number: sandbox.mobile() })
  assert.equal(status, '0')
  assert.equal((await sdk.check(request_id, await sandbox.pin(request_id))).status, '0')
}

async function isRefused(sdk) {
  const number = sandbox.mobile()
  const { request_id } = await sdk.request({ number })
  const again = await sdk.request({ number })
  assert.equal(again.status, '10')
  assert.equal(again.request_id, request_id)
  assert.equal((await sdk.request({ number: 'abc' })).status, '3')
  assert.equal((await sdk.search('0123456789abcdef0123456789abcdef')).status, '101')
}

// Runs every flow with every SDK.
export function run(sdks) {
  const flows = {}
  for (const [name, sdk] of Object.entries(sdks)) {
    Object.assign(flows, {
      [`${name}: request, search, check`]: () => verifies(sdk),
      [`${name}: wrong codes`]: () => fails(sdk),
      [`${name}: cancel`]: () => cancels(sdk),
      [`${name}: psd2`]: () => pays(sdk),
      [`${name}: refusals`]: () => isRefused(sdk),
    })
    if (sdk.trigger) {
      flows[`${name}: trigger_next_event`] = () => triggers(sdk)
    }
  }
  return sandbox.run(flows)
}
