"""Vonage's own SDK for Python for the Verify API. Its host is wired in with https, so this runs behind a proxy that answers
for it (HTTPS_PROXY, REQUESTS_CA_BUNDLE): the SDK itself is as its users have it."""

import random

import requests
from vonage_http_client import Auth, HttpClient
from vonage_verify_legacy import Psd2Request, VerifyError, VerifyLegacy, VerifyRequest

import sandbox

ACCOUNT = next(a for a in sandbox.SANDBOX["accounts"] if a["state"] == "unlimited")
SDK = VerifyLegacy(HttpClient(Auth(api_key=ACCOUNT["api_key"], api_secret=ACCOUNT["api_secret"])))


def mobile():
    return f"4477{random.randrange(10**8):08}"


def begin(**parameters):
    return SDK.start_verification(VerifyRequest(number=mobile(), brand="Acme", **parameters)).request_id


def pin(request_id):
    """The PIN that was last sent."""
    sent = requests.get(f"{sandbox.BASE}/local/messages", params={"request_id": request_id}, timeout=10).json()
    return sent[-1]["pin"]


def refused(status, ask, *args):
    try:
        answer = ask(*args)
    except VerifyError as error:
        assert f"'status': '{status}'" in str(error), error
        return
    raise AssertionError(f"answered {answer}, want {status}")


def request_search_check():
    request_id = begin(code_length=6, sender_id="ACME", lg="en-gb", workflow_id=4, pin_expiry=240, next_event_wait=120)
    assert SDK.search(request_id).status == "IN PROGRESS"
    code = pin(request_id)
    right = SDK.check_code(request_id, code)
    assert (right.status, right.price, right.currency) == ("0", "0.10000000", "EUR") and right.event_id, right
    found = SDK.search(request_id)
    assert found.status == "SUCCESS" and found.checks[0].status == "VALID" and found.events[0].type == "sms", found
    refused("6", SDK.check_code, request_id, code)


def search_of_several():
    ids = [begin(), begin()]
    assert [found.request_id for found in SDK.search(ids)] == ids
    refused("101", SDK.search, "0123456789abcdef0123456789abcdef")
    refused("18", SDK.search, [str(n) for n in range(11)])


def wrong_codes():
    request_id = begin()
    code = pin(request_id)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    for status in ("16", "16", "17", "17"):
        refused(status, SDK.check_code, request_id, wrong)
    assert SDK.search(request_id).status == "FAILED"


def cancel():
    request_id = begin()
    refused("19", SDK.cancel_verification, request_id)
    requests.post(f"{sandbox.BASE}/local/clock", json={"advance": "31s"}, timeout=10).raise_for_status()
    assert SDK.cancel_verification(request_id).command == "cancel"
    refused("6", SDK.cancel_verification, request_id)


def trigger_next_event():
    request_id = begin()
    for _ in range(2):
        pin(request_id)  # What is under way arrives first.
        assert SDK.trigger_next_event(request_id).command == "trigger_next_event"
    refused("19", SDK.trigger_next_event, request_id)


def psd2():
    request_id = SDK.start_psd2_verification(Psd2Request(number=mobile(), payee="Acme", amount=48.5)).request_id
    assert SDK.check_code(request_id, pin(request_id)).status == "0"


def network_unblock():
    for network, duration in (("447700900", None), ("447700901", 3600)):  # An owner lifts each once a day.
        assert SDK.request_network_unblock(network, duration).unblocked_until


sandbox.run(request_search_check, search_of_several, wrong_codes, cancel, trigger_next_event, psd2, network_unblock)
