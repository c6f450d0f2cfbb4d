"""Vonage's SDK for Python for the Verify API (v2). It speaks https alone, so this runs behind a
proxy that answers for its host (HTTPS_PROXY, REQUESTS_CA_BUNDLE): the SDK itself is as its users
have it."""

from vonage import Auth, Vonage
from vonage_http_client.errors import HttpRequestError
from vonage_jwt import verify_signature
from vonage_verify import SilentAuthChannel, SmsChannel, VerifyRequest, VoiceChannel

from verify2_flows import CREDENTIALS, Flows

CHANNELS = {"sms": SmsChannel, "voice": VoiceChannel, "silent_auth": SilentAuthChannel}


def made(channel, to, **more):
    """A step as the SDK has it, which is a class for each channel."""
    if "from" in more:
        more["from_"] = more.pop("from")
    return CHANNELS[channel](to=to, **more)


class Sdk:
    repeats = True

    def __init__(self):
        self.verify = Vonage(Auth(**CREDENTIALS)).verify
        self.cancel = self.verify.cancel_verification
        self.next = self.verify.trigger_next_workflow

    def start(self, workflow, **more):
        steps = [made(**step) for step in workflow]
        request = VerifyRequest(brand="Acme", workflow=steps, **more)
        started = self.verify.start_verification(request)
        return started.request_id, started.check_url

    def check(self, request_id, code):
        return self.verify.check_code(request_id, code).status

    @staticmethod
    def refusal(error):
        assert isinstance(error, HttpRequestError), error
        return {"status": error.response.status_code, **error.response.json()}


Flows(Sdk(), verify_signature).run()
