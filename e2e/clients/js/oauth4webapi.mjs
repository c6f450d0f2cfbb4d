// oauth4webapi, the low-level library, which checks every answer strictly.
import { strict as assert } from 'node:assert'
import * as oauth from 'oauth4webapi'
import * as sandbox from './sandbox.mjs'

const insecure = { [oauth.allowInsecureRequests]: true } // The local server speaks plain HTTP.

const registered = sandbox.clientOf('camara-2', 'private_key_jwt')
const client = { client_id: registered.client_id }
const authentication = oauth.PrivateKeyJwt(await sandbox.keyOf(registered))
const server = await oauth.processDiscoveryResponse(
  sandbox.issuer,
  await oauth.discoveryRequest(sandbox.issuer, insecure),
)

async function codeFlow(party, how, redirectURI, scope) {
  const verifier = oauth.generateRandomCodeVerifier()
  const nonce = oauth.generateRandomNonce()
  const state = oauth.generateRandomState()
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: party.client_id,
    redirect_uri: redirectURI,
    response_type: 'code',
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    login_hint: `tel:${sandbox.number}`,
    prompt: 'none',
  })
  const callback = oauth.validateAuthResponse(server, party, await sandbox.visit(url), state)
  const response = await oauth.authorizationCodeGrantRequest(
    server, party, how, callback, redirectURI, verifier, insecure,
  )
  const expected = { expectedNonce: nonce, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(server, party, response, expected)
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  return tokens
}

async function ciba() {
  const login_hint = `operatortoken:${await sandbox.operatorToken()}`
  const started = await oauth.backchannelAuthenticationRequest(
    server, client, authentication, { scope: sandbox.scope, login_hint }, insecure,
  )
  const pending = await oauth.processBackchannelAuthenticationResponse(server, client, started)
  const response = await oauth.backchannelAuthenticationGrantRequest(
    server, client, authentication, pending.auth_req_id, insecure,
  )
  return oauth.processBackchannelAuthenticationGrantResponse(server, client, response)
}

async function jwtBearer() {
  const subject = `operatortoken:${await sandbox.operatorToken()}`
  const assertion = await sandbox.assertion(registered, subject)
  const response = await oauth.genericTokenEndpointRequest(
    server, client, oauth.None(), sandbox.jwtBearer, { assertion }, insecure,
  )
  return oauth.processGenericTokenEndpointResponse(server, client, response)
}

async function verifyRightAndWrong(newTokens) {
  await sandbox.verify((await newTokens()).access_token, sandbox.number, true)
  await sandbox.verify((await newTokens()).access_token, sandbox.otherNumber, false)
}

await sandbox.run({
  'authorization code, PKCE, private_key_jwt': () =>
    verifyRightAndWrong(() => codeFlow(client, authentication, registered.redirect_uris[0], sandbox.scope)),
  'authorization code, client_secret_basic': () => {
    const basic = sandbox.clientOf('camara-2', 'client_secret_basic')
    const how = oauth.ClientSecretBasic(basic.client_secret)
    const party = { client_id: basic.client_id }
    return verifyRightAndWrong(() => codeFlow(party, how, basic.redirect_uris[0], sandbox.scope))
  },
  'CIBA with an operator token': () => verifyRightAndWrong(ciba),
  'JWT bearer with an operator token': () => verifyRightAndWrong(jwtBearer),
  'refresh (konera, client_secret_post)': async () => {
    const konera = sandbox.clientOf('konera', 'client_secret_post')
    const how = oauth.ClientSecretPost(konera.client_secret)
    const party = { client_id: konera.client_id }
    const scope = 'openid offline_access number-verification:verify'
    const first = await codeFlow(party, how, konera.redirect_uris[0], scope)
    const response = await oauth.refreshTokenGrantRequest(server, party, how, first.refresh_token, insecure)
    const second = await oauth.processRefreshTokenResponse(server, party, response)
    assert.notEqual(second.refresh_token, first.refresh_token, 'refresh tokens rotate')
    await sandbox.verify(second.access_token, sandbox.number, true, '/api/number-verification/v1/verify')
  },
  'a reused code is invalid_grant': async () => {
    const basic = sandbox.clientOf('camara-2', 'client_secret_basic')
    const party = { client_id: basic.client_id }
    const how = oauth.ClientSecretBasic(basic.client_secret)
    const state = oauth.generateRandomState()
    const url = new URL(server.authorization_endpoint)
    url.search = new URLSearchParams({
      client_id: basic.client_id, redirect_uri: basic.redirect_uris[0], response_type: 'code',
      scope: sandbox.scope, state, login_hint: `tel:${sandbox.number}`,
    })
    const callback = oauth.validateAuthResponse(server, party, await sandbox.visit(url), state)
    const exchange = async () => {
      const response = await oauth.authorizationCodeGrantRequest(
        server, party, how, callback, basic.redirect_uris[0], oauth.nopkce, insecure,
      )
      return oauth.processAuthorizationCodeResponse(server, party, response)
    }
    await exchange()
    await assert.rejects(exchange(), (error) => error.error === 'invalid_grant')
  },
})
