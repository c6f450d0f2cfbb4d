#!/usr/bin/env bash
# MSAL for Python 1.39.0 with a certificate cannot get a second token where client assertions are used
# once, nor any token where CAMARA's security profile is followed: it signs for 600 s (the profile allows
# 300), no option of the application shortens that, and it caches the assertion and sends the same jti with
# the next token request. Expected: a new jti a request (RFC 7523, section 3, lets a server refuse the
# second), and a lifetime that can be set. Seen: neither; only an assertion that the caller makes helps.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=client -keyout key.pem -out cert.pem 2>/dev/null
python3 -m venv python >/dev/null
python/bin/pip install --quiet --disable-pip-version-check msal==1.39.0
python/bin/python - >seen.txt <<'PYTHON'
import base64
import inspect
import json

import msal


class Answer:
    def __init__(self, body):
        self.status_code, self.headers, self.text = 200, {}, json.dumps(body)

    def raise_for_status(self):
        pass


class Server:
    """Answers discovery and token requests, and keeps the assertions that it was sent."""

    def __init__(self):
        self.assertions = []

    def get(self, url, **_):
        return Answer({"issuer": "https://as.example/tenant", "authorization_endpoint": "https://as.example/tenant/authorize",
                       "token_endpoint": "https://as.example/tenant/token"})

    def post(self, url, data=None, **_):
        self.assertions.append(data["client_assertion"])
        return Answer({"access_token": "t", "token_type": "Bearer", "expires_in": 1})

    def close(self):
        pass


def lifetime(assertion):
    if isinstance(assertion, bytes):
        assertion = assertion.decode()
    body = assertion.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return round(claims["exp"] - claims["iat"])


server = Server()
application = msal.ConfidentialClientApplication(
    "client", oidc_authority="https://as.example/tenant", http_client=server, instance_discovery=False,
    client_credential={"private_key": open("key.pem").read(), "public_certificate": open("cert.pem").read(),
                       "thumbprint": "00" * 20})
for scope in ("one", "two"):
    application.acquire_token_for_client([scope])
print("lifetime", lifetime(server.assertions[0]))
print("sent again", server.assertions[0] == server.assertions[-1], "of", len(server.assertions))
options = inspect.signature(msal.ConfidentialClientApplication.__init__).parameters
print("options of it", [name for name in options if "expire" in name or "lifetime" in name])
PYTHON

cat seen.txt
diff seen.txt - <<'SEEN'
lifetime 600
sent again True of 2
options of it []
SEEN
