// The local server's page and the browser of its documents, in a real browser: every button is
// clicked at the widths of phones and of a desk.
import assert from 'node:assert/strict'
import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'

const base = process.env.BASE_URL
const packaged = process.platform === 'linux' && process.arch === 'x64'

// The package has a Chromium for Linux on x64; elsewhere an installed Chrome takes its place.
const browser = await chromium.launch({
  ...(packaged ? { executablePath: await sparticuz.executablePath() } : { channel: 'chrome' }),
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  ],
})
const page = await browser.newPage()
page.setDefaultTimeout(120_000) // a busy machine takes its time
const errors = []
page.on('pageerror', (error) => errors.push(error.message))
page.on('console', (message) => {
  const refused = /the server responded with a status of 4\d\d/.test(message.text())
  if (message.type() === 'error' && !refused) errors.push(message.text())
})

async function fits(width) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(wide <= width, `the page is ${wide} wide on a screen of ${width}`)
}

// judged waits for a verdict and what it looks like.
async function judged(section, good, text) {
  const verdict = page.locator(`#${section}-verdict`, { hasText: text })
  await verdict.waitFor()
  assert.match(await verdict.getAttribute('class'), good ? /\bgood\b/ : /\bbad\b/)
}

async function open(width) {
  await page.setViewportSize({ width, height: 700 })
  await page.goto(base + '/')
  await page.locator('#silent [name=client] option').first().waitFor({ state: 'attached' })
  await fits(width)
  for (const form of ['#check', '#validate']) {
    assert.equal(await page.locator(form).isVisible(), false, `there is something for ${form}`)
  }
}

// options returns the values and texts of a field to select from.
const options = (selector) =>
  page.locator(selector + ' option').evaluateAll((all) => all.map((o) => [o.value, o.text]))

async function silently() {
  const numbers = await options('#silent [name=line]')
  const line = (outcome) => numbers.find(([, text]) => text.endsWith(' ' + outcome))[0]
  for (const [client] of await options('#silent [name=client]')) {
    await page.selectOption('#silent [name=client]', client)
    await page.selectOption('#silent [name=line]', line('verified'))
    await page.click('#silent button')
    await judged('silent', true, 'holds this line')
  }
  await page.fill('#silent [name=claim]', '+990123459999')
  await page.click('#silent button')
  await judged('silent', false, 'on another line')
  await page.selectOption('#silent [name=line]', line('unresolved'))
  await page.click('#silent button')
  await judged('silent', false, 'access_denied')
  await page.selectOption('#silent [name=line]', line('not_network'))
  await page.click('#silent button')
  await judged('silent', false, 'NOT_AUTHENTICATED')
}

async function byPIN() {
  await page.click('#pin button')
  await judged('pin', true, 'on its way')
  await page.click('#next')
  await judged('pin', true, 'next event')
  await page.click('#inbox')
  await page.waitForFunction(() => document.querySelector('#pin-log').textContent.includes('"pin"'))
  const pin = (await page.locator('#pin-log').textContent()).match(/"pin": "(\d+)"/)[1]
  await page.fill('#check [name=code]', pin === '0000' ? '1111' : '0000')
  await page.click('#check button >> nth=0')
  await judged('pin', false, 'Status 16')
  await page.fill('#check [name=code]', pin)
  await page.click('#check button >> nth=0')
  await judged('pin', true, 'holds this number')
  await page.click('#cancel')
  await judged('pin', false, 'Status 6')
}

async function byPassword() {
  const clients = await options('#otp [name=client]')
  const wires = await options('#otp [name=wire]')
  for (const [at, [client]] of clients.entries()) {
    const [wire] = wires[at % wires.length]
    await page.selectOption('#otp [name=client]', client)
    await page.selectOption('#otp [name=wire]', wire)
    await page.fill('#otp [name=message]', `{{code}} from ${wire}`)
    await page.click('#otp button')
    await judged('otp', true, 'on its way')
    await page.click('#otp-inbox')
    const log = page.locator('#otp-log', { hasText: '"pin"' })
    await log.waitFor()
    const [, text, pin] = (await log.textContent()).match(/"text": "((\d+) from [^"]*)"/)
    assert.equal(text, `${pin} from ${wire}`)
    for (const [code, good, verdict] of [
      [pin === '000000' ? '111111' : '000000', false, 'INVALID_OTP'],
      [pin, true, 'holds this number'],
      [pin, false, 'VERIFICATION_EXPIRED'],
    ]) {
      await page.fill('#validate [name=code]', code)
      await page.click('#validate button >> nth=0')
      await judged('otp', good, verdict)
    }
  }
  await page.fill('#otp [name=message]', 'without a code')
  await page.click('#otp button')
  await judged('otp', false, 'INVALID_ARGUMENT')
  await page.locator('#validate').waitFor({ state: 'hidden' })
}

async function byStep() {
  const begin = async (workflow, ending) => {
    const number = `99015${String(Math.floor(Math.random() * 1e5)).padStart(5, '0')}00${ending}`
    await page.fill('#steps [name=number]', number)
    await page.selectOption('#steps [name=workflow]', workflow)
    await page.click('#steps button')
    await judged('steps', true, 'first step')
  }
  const check = async (good, text) => {
    await page.click('#entered button:not([type])')
    await judged('steps', good, text)
  }
  await begin('silent_auth sms voice', '01')
  await page.fill('#entered [name=code]', '1234')
  await check(false, 'Conflict')
  await page.click('#device')
  await judged('steps', true, 'has the line')
  await check(true, 'holds this number')
  await page.click('#told')
  await page.locator('#steps-log', { hasText: 'completed' }).waitFor()
  await begin('silent_auth sms voice', '04')
  await page.click('#device')
  await judged('steps', false, 'Failed')
  await page.click('#steps-inbox')
  await page.locator('#steps-log', { hasText: '"pin"' }).waitFor()
  await page.click('#onward')
  await judged('steps', true, 'next step')
  await page.click('#withdraw')
  await judged('steps', true, 'cancelled')
  await begin('sms', '00')
  assert.equal(await page.locator('#device').isVisible(), false, 'a device is asked for')
}

async function time() {
  await page.click('#clock button >> nth=0')
  await judged('clock', true, 'It is 20')
  await page.fill('#clock [name=advance]', 'soon')
  await page.click('#clock button >> nth=0')
  await judged('clock', false, 'advance')
  await page.click('#reset')
  await judged('clock', true, 'It is 20')
}

// spoken asserts that what a screen reader tells by itself holds no token.
async function spoken() {
  const live = page.locator('[aria-live], [role=status], [role=alert], [role=log]')
  const texts = await live.allTextContents()
  assert.ok(texts.length >= 4 && !texts.some((text) => text.includes('eyJ')), texts.join('\n'))
}

// edges asserts the contrast of the fields' borders (WCAG 2.2, 1.4.11).
async function edges() {
  const ratios = await page.evaluate(() => {
    const luminance = (color) => {
      const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
      const [r, g, b] = color.match(/\d+/g).map((c) => linear(c / 255))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    const paper = luminance(getComputedStyle(document.body).backgroundColor)
    return [...document.querySelectorAll('input, select')]
      .map((field) => contrast(luminance(getComputedStyle(field).borderTopColor), paper))
  })
  assert.ok(ratios.length > 5 && Math.min(...ratios) >= 3, `the borders' contrasts are ${ratios}`)
}

for (const width of [320, 375, 1280]) {
  await open(width)
  for (const flow of [silently, byPIN, byPassword, byStep, time]) {
    await flow()
    await fits(width)
  }
  await spoken()
  await edges()
}

// tried clicks "Try it out" and "Execute" of each operation of a document and returns the answers.
async function tried(name) {
  await page.goto(`${base}/local/docs/?urls.primaryName=${name}`)
  await page.waitForSelector('.opblock')
  const answers = []
  for (const block of await page.locator('.opblock').all()) {
    const method = await block.locator('.opblock-summary-method').textContent()
    const path = await block.locator('.opblock-summary-path').getAttribute('data-path')
    await block.locator('.opblock-summary-control').click()
    await block.locator('.try-out__btn').click()
    const form = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    const sent = page.waitForResponse((r) =>
      form.test(new URL(r.url()).pathname) && r.request().method() === method)
    await block.locator('.execute').click()
    const response = await sent
    await block.locator('.live-responses-table').waitFor()
    const body = response.status() === 302 ? response.headers().location : await response.text()
    const posted = response.request().postData() ?? ''
    answers.push({ method, path, status: response.status(), body, posted })
    await block.locator('.opblock-summary-control').click()
  }
  return answers
}

// What has to be fresh, or there for the first time, is refused for that alone.
const stale = /invalid_grant|repeated: state|There is no such execution|was not found|#conflict/
const malformed = /"status":"[23]"|<status>[23]<|error=/
for (const [name, least] of [['fallback', 3], ['nexmo', 21], ['oauth', 12], ['verify2', 11]]) {
  const answers = await tried(name)
  assert.ok(answers.length >= least, `${name} has ${answers.length} operations`)
  for (const { method, path, status, body, posted } of answers) {
    const good = (status < 400 || status === 429 || stale.test(body)) && !malformed.test(body)
    assert.ok(good, `${method} ${path} with ${posted} is answered ${status} ${body}`)
  }
}

await browser.close()
assert.deepEqual(errors, [])
