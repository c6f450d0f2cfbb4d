"""What the Python clients share: the sandbox of a local server, a browser that follows one redirect, and calls to the
number verification API."""

import os
import sys
import time
import traceback
import uuid

import requests
from joserfc import jwk, jwt

BASE = os.environ["BASE_URL"]
SANDBOX = requests.get(f"{BASE}/local/sandbox", timeout=10).json()
ISSUER = SANDBOX["issuer"]
SCOPE = "openid dpv:FraudPreventionAndDetection number-verification:verify"
OTHER_NUMBER = "+990123450000"


def number_that_is(outcome):
    """The sandbox number with this outcome."""
    return next(n["number"] for n in SANDBOX["numbers"] if n["outcome"] == outcome)


def client_of(dialect, method=None):
    """The registered client of a dialect, and of an authentication method where one is named."""
    for client in SANDBOX["clients"]:
        if client["dialect"] == dialect and method in (None, client["token_endpoint_auth_method"]):
            return client
    raise AssertionError(f"no {dialect} client with {method} in the sandbox")


def operator_token():
    """What an operator's entitlement server gives a phone: proof, for one use, of whose SIM is in it."""
    operator = SANDBOX["operators"][0]
    key = jwk.import_key(operator["private_jwk"])
    header = {"alg": operator["private_jwk"]["alg"], "kid": operator["private_jwk"]["kid"], "typ": "JWT"}
    now = int(time.time())
    claims = {
        "iss": operator["iss"],
        "sub": f"tel:{number_that_is('verified')}",
        "aud": ISSUER,
        "iat": now,
        "exp": now + 300,
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def visit(url):
    """Opens the authorization URL as a browser would and returns where it is sent back to."""
    response = requests.get(url, allow_redirects=False, timeout=10)
    assert response.status_code == 302, f"authorize answered {response.status_code}: {response.text}"
    return response.headers["Location"]


def verify(post, number, expected, path="/number-verification/v2/verify"):
    """Asserts what the API says about a number; post is requests.post with an access token of the client's making."""
    response = post(f"{BASE}{path}", json={"phoneNumber": number}, timeout=10)
    assert response.status_code == 200, f"verify answered {response.status_code}: {response.text}"
    assert response.json()["devicePhoneNumberVerified"] is expected, response.text


def run(*flows):
    """Runs the flows one after the other and ends the process with status 1 when one fails."""
    failed = False
    for flow in flows:
        try:
            flow()
            print(f"ok {flow.__name__}")
        except Exception:
            failed = True
            print(f"FAILED {flow.__name__}")
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failed else 0)
