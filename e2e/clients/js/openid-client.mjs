// openid-client 6 in all of the flows that it knows.
import { strict as assert } from 'node:assert'
import * as oidc from 'openid-client'
import * as sandbox from './sandbox.mjs'

const insecure = { execute: [oidc.allowInsecureRequests] } // The local server speaks plain HTTP.

async function privateKeyClient() {
  const client = sandbox.clientOf('camara-2', 'private_key_jwt')
  const authentication = oidc.PrivateKeyJwt(await sandbox.keyOf(client))
  return { client, config: await oidc.discovery(sandbox.issuer, client.client_id, {}, authentication, insecure) }
}

async function secretClient(dialect, method, authentication) {
  const client = sandbox.clientOf(dialect, method)
  const how = authentication(client.client_secret)
  return { client, config: await oidc.discovery(sandbox.issuer, client.client_id, {}, how, insecure) }
}

// The authorization code flow with state, nonce and PKCE; the library checks the id_token.
async function codeFlow({ client, config }, parameters = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedNonce = oidc.randomNonce()
  const expectedState = oidc.randomState()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uris[0],
    scope: sandbox.scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
    state: expectedState,
    login_hint: `tel:${sandbox.number}`,
    prompt: 'none',
    ...parameters,
  })
  const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true }
  return oidc.authorizationCodeGrant(config, await sandbox.visit(url), checks)
}

async function verifyRightAndWrong(newTokens) {
  await sandbox.verify((await newTokens()).access_token, sandbox.number, true)
  await sandbox.verify((await newTokens()).access_token, sandbox.otherNumber, false)
}

function assertPairwise(tokens) {
  const { sub } = tokens.claims()
  assert(sub && !sub.includes(sandbox.number.slice(1)), 'the subject must not be the number')
}

await sandbox.run({
  'discovery': async () => {
    const metadata = (await privateKeyClient()).config.serverMetadata()
    assert(metadata.supportsPKCE('S256'))
    assert.equal(metadata.request_uri_parameter_supported, false)
  },
  'authorization code, PKCE, private_key_jwt': async () => {
    const party = await privateKeyClient()
    await verifyRightAndWrong(async () => {
      const tokens = await codeFlow(party)
      assertPairwise(tokens)
      return tokens
    })
  },
  'authorization code with a signed request object': async () => {
    const { client, config } = await privateKeyClient()
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const expectedState = oidc.randomState()
    const required = { redirect_uri: client.redirect_uris[0], scope: sandbox.scope, response_type: 'code' }
    const url = await oidc.buildAuthorizationUrlWithJAR(
      config,
      {
        ...required,
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        login_hint: `tel:${sandbox.number}`,
      },
      await sandbox.keyOf(client),
    )
    for (const [name, value] of Object.entries(required)) url.searchParams.set(name, value)
    const tokens = await oidc.authorizationCodeGrant(config, await sandbox.visit(url), {
      pkceCodeVerifier,
      expectedState,
    })
    await sandbox.verify(tokens.access_token, sandbox.number, true)
  },
  'authorization code, client_secret_basic': async () => {
    const party = await secretClient('camara-2', 'client_secret_basic', oidc.ClientSecretBasic)
    await verifyRightAndWrong(() => codeFlow(party))
  },
  'CIBA with an operator token': async () => {
    const { config } = await privateKeyClient()
    await verifyRightAndWrong(async () => {
      const login_hint = `operatortoken:${await sandbox.operatorToken()}`
      const pending = await oidc.initiateBackchannelAuthentication(config, { scope: sandbox.scope, login_hint })
      const tokens = await oidc.pollBackchannelAuthenticationGrant(config, pending)
      assertPairwise(tokens)
      return tokens
    })
  },
  'JWT bearer with an operator token': async () => {
    const client = sandbox.clientOf('camara-2', 'private_key_jwt')
    const config = await oidc.discovery(sandbox.issuer, client.client_id, {}, oidc.None(), insecure)
    await verifyRightAndWrong(async () => {
      const subject = `operatortoken:${await sandbox.operatorToken()}`
      const assertion = await sandbox.assertion(client, subject)
      return oidc.genericGrantRequest(config, sandbox.jwtBearer, { assertion })
    })
  },
  'refresh (konera, client_secret_post)': async () => {
    const party = await secretClient('konera', 'client_secret_post', oidc.ClientSecretPost)
    const scope = 'openid offline_access number-verification:verify'
    const first = await codeFlow(party, { scope })
    const second = await oidc.refreshTokenGrant(party.config, first.refresh_token)
    assert.notEqual(second.refresh_token, first.refresh_token, 'refresh tokens rotate')
    const path = '/api/number-verification/v1/verify'
    await sandbox.verify(second.access_token, sandbox.number, true, path)
    await sandbox.verify(second.access_token, sandbox.otherNumber, false, path)
  },
  'client credentials, private_key_jwt and client_secret_basic': async () => {
    const own = sandbox.clientOf('otp', 'private_key_jwt')
    const signing = oidc.PrivateKeyJwt(await sandbox.keyOf(own))
    const signed = await oidc.discovery(sandbox.issuer, own.client_id, {}, signing, insecure)
    const { config: basic } = await secretClient('otp', 'client_secret_basic', oidc.ClientSecretBasic)
    for (const config of [signed, basic]) {
      const tokens = await oidc.clientCredentialsGrant(config, { scope: sandbox.otpScope })
      assert.equal(tokens.expires_in, 600)
      assert(!tokens.id_token && !tokens.refresh_token, 'a token of a client alone comes alone')
      await sandbox.sendAndValidate(tokens.access_token)
      const refused = oidc.clientCredentialsGrant(config, { scope: sandbox.scope })
      await assert.rejects(refused, (error) => error.error === 'invalid_scope')
    }
  },
  'a refused network is access_denied or login_required': async () => {
    const party = await privateKeyClient()
    const unknown = codeFlow(party, { login_hint: `tel:${sandbox.unresolvedNumber}` })
    await assert.rejects(unknown, (error) => error.error === 'login_required')
  },
})
