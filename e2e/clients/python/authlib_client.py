"""Authlib in all of the flows that it knows. CIBA it does not know, but its sessions are enough for one."""

import time

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import AssertionSession, OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt

import sandbox

CIBA = "urn:openid:params:grant-type:ciba"
NUMBER = sandbox.number_that_is("verified")
METADATA = requests.get(f"{sandbox.ISSUER}/.well-known/openid-configuration", timeout=10).json()
KEYS = jwk.KeySet.import_key_set(requests.get(METADATA["jwks_uri"], timeout=10).json())


def session_of(client, scope=sandbox.SCOPE):
    """A session of the client, authenticating as it is registered. The library's own assertions live for an hour, so
    their expiry is set to what CAMARA allows."""
    method = client["token_endpoint_auth_method"]
    key = client["private_jwk"] if method == "private_key_jwt" else None
    session = OAuth2Session(
        client["client_id"],
        jwk.import_key(key) if key else client["client_secret"],
        token_endpoint_auth_method=method,
        redirect_uri=client["redirect_uris"][0],
        scope=scope,
        code_challenge_method="S256",
    )
    if key:
        claims = {"exp": int(time.time()) + 300}
        headers = {"kid": key["kid"]}
        endpoint = METADATA["token_endpoint"]
        session.register_client_auth_method(PrivateKeyJWT(endpoint, claims=claims, headers=headers, alg=key["alg"]))
    return session


def code_flow(session, authorize=METADATA["authorization_endpoint"], token=METADATA["token_endpoint"]):
    """The authorization code flow with state, nonce and PKCE; the id_token is checked."""
    verifier, nonce = generate_token(48), generate_token()
    url, state = session.create_authorization_url(
        authorize, code_verifier=verifier, nonce=nonce, login_hint=f"tel:{NUMBER}", prompt="none"
    )
    answer = sandbox.visit(url)
    tokens = session.fetch_token(token, authorization_response=answer, code_verifier=verifier, state=state)
    check_id_token(tokens, session.client_id, nonce)
    return tokens


def check_id_token(tokens, client_id, nonce):
    decoded = jwt.decode(tokens["id_token"], KEYS, algorithms=METADATA["id_token_signing_alg_values_supported"])
    options = {"iss": {"value": METADATA["issuer"]}, "aud": {"value": client_id}}
    params = {"nonce": nonce, "client_id": client_id, "access_token": tokens["access_token"]}
    claims = CodeIDToken(decoded.claims, decoded.header, options, params)
    claims.validate()
    assert NUMBER[1:] not in claims["sub"], "the subject must not be the number"


def discovery():
    assert METADATA["issuer"] == sandbox.ISSUER
    assert "RS256" in METADATA["id_token_signing_alg_values_supported"]
    assert "RS256" in METADATA["token_endpoint_auth_signing_alg_values_supported"]
    assert "S256" in METADATA["code_challenge_methods_supported"]


def authorization_code_private_key_jwt():
    for number, expected in ((NUMBER, True), (sandbox.OTHER_NUMBER, False)):
        session = session_of(sandbox.client_of("camara-2", "private_key_jwt"))
        code_flow(session)
        sandbox.verify(session.post, number, expected)


def authorization_code_client_secret_basic():
    session = session_of(sandbox.client_of("camara-2", "client_secret_basic"))
    for number, expected in ((NUMBER, True), (sandbox.OTHER_NUMBER, False)):
        code_flow(session)
        sandbox.verify(session.post, number, expected)


def ciba_with_an_operator_token():
    for number, expected in ((NUMBER, True), (sandbox.OTHER_NUMBER, False)):
        client = sandbox.client_of("camara-2", "private_key_jwt")
        pending = start_ciba(session_of(client))
        session = session_of(client)
        session.fetch_token(METADATA["token_endpoint"], grant_type=CIBA, auth_req_id=pending["auth_req_id"])
        sandbox.verify(session.post, number, expected)


def start_ciba(session):
    form = {"scope": sandbox.SCOPE, "login_hint": f"operatortoken:{sandbox.operator_token()}"}
    endpoint = METADATA["backchannel_authentication_endpoint"]
    auth = session.client_auth("private_key_jwt")
    response = session.post(endpoint, data=form, auth=auth, withhold_token=True, timeout=10)
    assert response.status_code == 200, f"bc-authorize answered {response.status_code}: {response.text}"
    return response.json()


def jwt_bearer_with_an_operator_token():
    client = sandbox.client_of("camara-2", "private_key_jwt")
    key = client["private_jwk"]
    for number, expected in ((NUMBER, True), (sandbox.OTHER_NUMBER, False)):
        session = AssertionSession(
            METADATA["token_endpoint"],
            issuer=client["client_id"],
            subject=f"operatortoken:{sandbox.operator_token()}",
            audience=sandbox.ISSUER,
            claims={"scope": sandbox.SCOPE},
            key=jwk.import_key(key),
            header={"alg": key["alg"], "kid": key["kid"]},
            expires_in=300,
        )
        sandbox.verify(session.post, number, expected)


def refresh_konera():
    base = f"{sandbox.BASE}/camara/api/auth/v1"
    session = session_of(
        sandbox.client_of("konera", "client_secret_post"), "openid offline_access number-verification:verify"
    )
    first = dict(code_flow(session, f"{base}/authorize", f"{base}/token"))
    second = session.refresh_token(f"{base}/token")
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"], "refresh tokens rotate"
    for number, expected in ((NUMBER, True), (sandbox.OTHER_NUMBER, False)):
        sandbox.verify(session.post, number, expected, "/camara/api/number-verification/v1/verify")


sandbox.run(
    discovery,
    authorization_code_private_key_jwt,
    authorization_code_client_secret_basic,
    ciba_with_an_operator_token,
    jwt_bearer_with_an_operator_token,
    refresh_konera,
)
