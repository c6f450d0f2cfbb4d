"""What every SDK for Python must do for the Verify API (v2), whatever it calls it."""

import hashlib
import json
import random

import jwt
import requests

import sandbox

STANDARD = next(a["api_key"] for a in sandbox.SANDBOX["accounts"] if a["state"] == "standard")
APPLICATION = next(a for a in sandbox.SANDBOX["applications"] if a["account"] == STANDARD)
CREDENTIALS = {name: APPLICATION[name] for name in ("application_id", "private_key")}


def mobile():
    """A mobile number that hardly any other test has."""
    return f"4474{random.randrange(10**8):08}"


def test_number(ending):
    """A test number whose last two digits choose what its silent step comes to."""
    return f"99015{random.randrange(10**5):05}00{ending}"


def advance(by):
    """Moves the server's clock."""
    moved = requests.post(f"{sandbox.BASE}/local/clock", json={"advance": by}, timeout=10)
    moved.raise_for_status()


def listed(what, **query):
    """What the server lists of messages or callbacks."""
    return requests.get(f"{sandbox.BASE}/local/{what}", params=query, timeout=10).json()


def messages(request_id):
    """What was sent for a request_id."""
    return listed("messages", request_id=request_id)


def pin(request_id):
    """The PIN that was last sent."""
    return messages(request_id)[-1]["pin"]


def channels(request_id):
    return [message["channel"] for message in messages(request_id)]


def other(code):
    return code[:-1] + str((int(code[-1]) + 1) % 10)


class Flows:
    """The flows with one SDK. Of that, start returns a request_id and a check_url, check the
    status, cancel and next nothing, and refusal what is known of an error: its title, and its
    status and request_id where the SDK tells them. SDKs without a call for the next step have None for it;
    repeats says whether one asks again when an answer gets lost."""

    def __init__(self, sdk, verify_signature):
        self.sdk, self.verify_signature = sdk, verify_signature

    def refused(self, want, ask, *args):
        try:
            answer = ask(*args)
        except Exception as error:  # each SDK has its own
            got = self.sdk.refusal(error)
            self.live = got.get("request_id")
            known = [name for name in want if name in got]
            assert "title" in known and all(got[name] == want[name] for name in known), got
            return
        raise AssertionError(f"answered {answer}, want {want}")

    def told(self, request_id, summary, steps, events=()):
        """Asserts what callbacks told, and their signatures."""
        sent = listed("callbacks", request_id=request_id)
        secret = APPLICATION["signature_secret"]
        for callback in sent:
            token = callback["headers"]["Authorization"].removeprefix("Bearer ")
            assert self.verify_signature(token, secret) is True
            assert self.verify_signature(token, f"{secret}x") is False
            claims = jwt.decode(token, options={"verify_signature": False})
            digest = hashlib.sha256(callback["body"].encode()).hexdigest()
            assert claims["payload_hash"] == digest, claims
        bodies = [json.loads(callback["body"]) for callback in sent]
        assert [body["status"] for body in bodies[:-1]] == list(events), bodies
        assert bodies[-1]["status"] == summary, bodies
        assert [step["status"] for step in bodies[-1]["workflow"]] == steps, bodies

    def right_and_wrong_code(self):
        request_id, _ = self.sdk.start(
            workflow=[{"channel": "sms", "to": mobile(), "from": "ACME"}],
            code_length=6,
            locale="de-de",
            channel_timeout=300,
            client_ref="order-42",
        )
        code = pin(request_id)
        assert len(code) == 6, code
        wrong = {"status": 400, "title": "Invalid Code"}
        self.refused(wrong, self.sdk.check, request_id, other(code))
        assert self.sdk.check(request_id, code) == "completed"
        self.refused({"status": 404, "title": "Not Found"}, self.sdk.check, request_id, code)
        self.told(request_id, "completed", ["completed"])

    def third_wrong_code(self):
        request_id, _ = self.sdk.start(workflow=[{"channel": "sms", "to": mobile()}])
        code = other(pin(request_id))
        for status in (400, 400, 410):
            wrong = {"status": status, "title": "Invalid Code"}
            self.refused(wrong, self.sdk.check, request_id, code)
        self.told(request_id, "user_rejected", ["user_rejected"])

    def cancel(self):
        request_id, _ = self.sdk.start(workflow=[{"channel": "sms", "to": mobile()}])
        pin(request_id)
        self.sdk.cancel(request_id)
        self.refused({"status": 404, "title": "Not Found"}, self.sdk.cancel, request_id)
        self.told(request_id, "cancelled", ["cancelled"])

    def next_step(self):
        to = mobile()
        workflow = [{"channel": "sms", "to": to}, {"channel": "voice", "to": to}]
        request_id, _ = self.sdk.start(workflow=workflow)
        pin(request_id)
        self.sdk.next(request_id)
        assert channels(request_id) == ["sms", "voice"]
        self.refused({"status": 409, "title": "Conflict"}, self.sdk.next, request_id)
        assert self.sdk.check(request_id, pin(request_id)) == "completed"
        self.told(request_id, "completed", ["cancelled", "completed"])

    def step_in_its_time(self):
        to = mobile()
        workflow = [{"channel": "sms", "to": to}, {"channel": "voice", "to": to}]
        request_id, _ = self.sdk.start(workflow=workflow, channel_timeout=60)
        pin(request_id)
        advance("61s")
        assert channels(request_id) == ["sms", "voice"]
        advance("71s")
        self.told(request_id, "expired", ["expired", "expired"])

    def conflict(self):
        workflow = [{"channel": "sms", "to": mobile()}]
        request_id, _ = self.sdk.start(workflow=workflow)
        want = {"status": 409, "title": "Conflict", "request_id": request_id}
        self.refused(want, lambda: self.sdk.start(workflow=workflow))
        assert channels(request_id) == ["sms"]
        self.sdk.cancel(request_id)

    def lost_answer(self):
        """The SDK asks again, and is told of the request that it began."""
        to = mobile()
        want = {"status": 409, "title": "Conflict"}
        request = {"workflow": [{"channel": "sms", "to": to}], "client_ref": "lose-the-answer"}
        self.refused(want, lambda: self.sdk.start(**request))
        [sent] = listed("messages", number=to)
        assert sent["request_id"] == self.live.replace("-", ""), sent
        assert self.sdk.check(self.live, sent["pin"]) == "completed"

    def silent(self):
        workflow = [{"channel": "silent_auth", "to": test_number("01")}]
        request_id, check_url = self.sdk.start(workflow=workflow)
        self.refused({"status": 409, "title": "Conflict"}, self.sdk.check, request_id, "1234")
        shown = requests.get(check_url, timeout=10)
        assert shown.status_code == 200 and shown.json()["request_id"] == request_id, shown.text
        assert self.sdk.check(request_id, shown.json()["code"]) == "completed"
        assert messages(request_id) == []
        self.told(request_id, "completed", ["completed"], ["action_pending", "completed"])

    def silent_that_falls_to_sms(self):
        to = test_number("04")
        workflow = [{"channel": "silent_auth", "to": to}, {"channel": "sms", "to": to}]
        request_id, check_url = self.sdk.start(workflow=workflow)
        assert requests.get(check_url, timeout=10).status_code == 409
        assert channels(request_id) == ["sms"]
        assert self.sdk.check(request_id, pin(request_id)) == "completed"
        self.told(request_id, "completed", ["failed", "completed"], ["action_pending", "failed"])

    def own_code(self):
        workflow = [{"channel": "sms", "to": mobile()}]
        request_id, _ = self.sdk.start(workflow=workflow, code="aB3xYz9")
        assert pin(request_id) == "aB3xYz9"
        assert self.sdk.check(request_id, "aB3xYz9") == "completed"

    def run(self):
        flows = [
            self.right_and_wrong_code,
            self.third_wrong_code,
            self.cancel,
            self.step_in_its_time,
            self.conflict,
            self.silent,
            self.silent_that_falls_to_sms,
            self.own_code,
        ]
        if self.sdk.next is not None:
            flows.append(self.next_step)
        if self.sdk.repeats:
            flows.append(self.lost_answer)
        sandbox.run(*flows)
