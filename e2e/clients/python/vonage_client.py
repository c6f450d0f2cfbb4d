"""Vonage's own Number Verification SDK for Python. Its hosts are wired in with https, so this runs behind a proxy that
answers for them (HTTPS_PROXY, REQUESTS_CA_BUNDLE): the SDK itself is as its users have it."""

import hashlib
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk
from vonage_http_client import Auth, HttpClient
from vonage_network_number_verification import CreateOidcUrl, NetworkNumberVerification, NumberVerificationRequest

import sandbox

NUMBER = sandbox.number_that_is("verified")
CLIENT = sandbox.client_of("vonage")
REDIRECT = CLIENT["redirect_uris"][0]
KEY = jwk.import_key(CLIENT["private_jwk"]).as_pem(private=True).decode()


def verification():
    return NetworkNumberVerification(HttpClient(Auth(application_id=CLIENT["client_id"], private_key=KEY)))


def code_of(sdk, login_hint=NUMBER):
    """Sends the phone to the SDK's URL and takes the code from where it is sent back to."""
    url = sdk.get_oidc_url(CreateOidcUrl(redirect_uri=REDIRECT, state="a-state", login_hint=login_hint))
    answer = parse_qs(urlsplit(sandbox.visit(url)).query)
    assert answer["state"] == ["a-state"], answer
    return answer["code"][0]


def ask(sdk, **what):
    request = NumberVerificationRequest(code=code_of(sdk), redirect_uri=REDIRECT, **what)
    return sdk.verify(request).device_phone_number_verified


def number_matches():
    assert ask(verification(), phone_number=NUMBER) is True


def number_without_plus_matches():
    assert ask(verification(), phone_number=NUMBER[1:]) is True


def number_differs():
    assert ask(verification(), phone_number=sandbox.OTHER_NUMBER) is False


def hashes_match_with_and_without_plus():
    for form in (NUMBER, NUMBER[1:]):
        assert ask(verification(), hashed_phone_number=hashlib.sha256(form.encode()).hexdigest()) is True


def one_sdk_object_for_many_verifications():
    """Its second token request carries a form labelled application/json, which it remembers from the first verify."""
    sdk = verification()
    assert ask(sdk, phone_number=NUMBER) is True
    assert ask(sdk, phone_number=sandbox.OTHER_NUMBER) is False


sandbox.run(
    number_matches,
    number_without_plus_matches,
    number_differs,
    hashes_match_with_and_without_plus,
    one_sdk_object_for_many_verifications,
)
