"""MX Labs' own SDK for number verification, pointed here by its backend_url and else as its users have it."""

import random

import requests
from mxlabs_number_verify import MXNumberVerify, MXNumberVerifyError

import sandbox

URL = f"{sandbox.BASE}/mxlabs/number-verify"
SECRETS = {a["state"]: f"{a['api_key']}:{a['api_secret']}" for a in sandbox.SANDBOX["accounts"]}
SDK = MXNumberVerify(SECRETS["standard"], URL)  # whose sessions need no code
CODED = MXNumberVerify(SECRETS["strict"], URL)


def test_number(ending):
    """A test number whose last two digits choose what its device proves."""
    return f"+99016{random.randrange(10**5):05}00{ending}"


def device(auth_url, _=None):
    """The phone opens the address."""
    return requests.get(auth_url, timeout=10)


def advance(by):
    """Moves the server's clock."""
    requests.post(f"{sandbox.BASE}/local/clock", json={"advance": by}, timeout=10).raise_for_status()


def messages(session_id):
    query = {"request_id": session_id.replace("-", "")}
    return requests.get(f"{sandbox.BASE}/local/messages", params=query, timeout=10).json()


def code_of(session_id):
    """The code that was last sent."""
    return messages(session_id)[-1]["pin"]


def other(code):
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def told(result, **want):
    got = {name: result.get(name) for name in want}
    assert got == want, result


def refused(status, code, ask, *args):
    try:
        answer = ask(*args)
    except MXNumberVerifyError as error:
        assert (error.http_status, error.code) == (status, code), (error.http_status, error.code)
        return
    raise AssertionError(f"answered {answer}, want {code}")


def ping():
    key = SECRETS["standard"].split(":")[0]
    told(SDK.ping(), status="ok", partner=key)
    refused(401, "invalid_api_key", MXNumberVerify(f"{key}:wrong", URL).ping)
    refused(401, "invalid_api_key", MXNumberVerify("sbx_0123456789", URL).ping)


def silent_in_one_call():
    phone = test_number("01")
    result = SDK.verify_number(phone, on_auth_url=device)
    told(result, status="verified", method="number_verification", phone=phone, sandbox=True)
    assert messages(result["session_id"]) == []
    refused(404, "session_not_found_or_expired", SDK.sms_send, result["session_id"])


def silent_pending_and_then_verified():
    started = SDK.start(test_number("01"))
    told(started, status="started", callback_url=started["auth_url"])
    told(SDK.verify(started["session_id"]), status="pending")
    told(
        SDK.poll_verify(started["session_id"], interval=0.05, timeout=0.2),
        status="nv_unavailable", reason="timeout", fallback="sms_otp",
    )
    device(started["auth_url"])
    told(SDK.poll_verify(started["session_id"]), status="verified")


def silent_with_the_code():
    """Whose account does not say codeless hands over what the device was given."""
    started = CODED.start(test_number("01"))
    shown = device(started["auth_url"]).json()
    assert shown["request_id"] == started["session_id"], shown
    told(CODED.verify(started["session_id"]), status="pending", reason="code_required")
    refused(400, "invalid_code", CODED.verify, started["session_id"], "wrong")
    told(CODED.verify(started["session_id"], code=shown["code"]), status="verified")
    told(CODED.poll_verify(started["session_id"]), status="verified", method="number_verification")


def another_line():
    result = SDK.verify_number(test_number("05"), on_auth_url=device)
    told(result, status="not_verified", fallback="sms_otp")
    assert messages(result["session_id"]) == []


def unavailable_and_then_by_sms():
    phone = test_number("02")
    result = SDK.verify_number(phone, on_auth_url=device)
    told(result, status="nv_unavailable", reason="line_unknown", fallback="sms_otp")
    session = result["session_id"]
    refused(409, "code_not_sent", SDK.sms_verify, session, "123456")
    masked = "+" + "*" * (len(phone) - 3) + "02"
    told(SDK.sms_send(session), status="sms_sent", masked=masked, expires_in=300)
    code = code_of(session)
    assert len(code) == 6, code
    told(SDK.sms_send(session), status="sms_sent")
    assert len(messages(session)) == 1
    told(SDK.sms_verify(session, other(code)), status="invalid", attempts_left=2)
    told(SDK.verify(session), status="nv_unavailable")
    told(SDK.sms_verify(session, code), status="verified", method="sms_otp", phone=phone)
    told(SDK.poll_verify(session), status="verified", method="sms_otp")


def three_wrong_codes():
    session = SDK.start(test_number("02"))["session_id"]
    SDK.sms_send(session)
    code = code_of(session)
    for status in ("invalid", "invalid", "expired", "expired"):
        told(SDK.sms_verify(session, other(code)), status=status)
    told(SDK.sms_verify(session, code), status="expired")


def in_its_time():
    started = SDK.start(test_number("01"))
    advance("61s")
    assert device(started["auth_url"]).status_code == 404
    told(SDK.verify(started["session_id"]), status="nv_unavailable", reason="timeout")
    assert messages(started["session_id"]) == []
    SDK.sms_send(started["session_id"])
    code = code_of(started["session_id"])
    advance("301s")
    told(SDK.sms_verify(started["session_id"], code), status="expired")


def starting_anew():
    phone = test_number("01")
    first, second = SDK.start(phone), SDK.start(phone)
    refused(404, "session_not_found_or_expired", SDK.verify, first["session_id"])
    device(second["auth_url"])
    told(SDK.verify(second["session_id"]), status="verified")


def what_is_wrong():
    refused(400, "invalid_phone", SDK.start, "nope")
    refused(404, "session_not_found_or_expired", SDK.verify, "0" * 32)
    refused(404, "session_not_found_or_expired", CODED.verify, SDK.start(test_number("01"))["session_id"])
    refused(403, "account_barred", MXNumberVerify(SECRETS["barred"], URL).start, test_number("01"))
    refused(402, "low_balance", MXNumberVerify(SECRETS["no_credit"], URL).start, "+447400123456")


sandbox.run(
    ping, silent_in_one_call, silent_pending_and_then_verified, silent_with_the_code, another_line,
    unavailable_and_then_by_sms, three_wrong_codes, in_its_time, starting_anew, what_is_wrong,
)
