"""Vonage's SDK for Python for the Verify API (v2). It speaks https alone, so this runs behind a proxy that answers for its
host (HTTPS_PROXY, REQUESTS_CA_BUNDLE): the SDK itself is as its users have it."""

from vonage import Auth, Vonage
from vonage_http_client.errors import HttpRequestError
from vonage_jwt import verify_signature
from vonage_verify import SilentAuthChannel, SmsChannel, VerifyRequest, VoiceChannel

from verify2_flows import APPLICATION, Flows

CHANNELS = {"sms": SmsChannel, "voice": VoiceChannel, "silent_auth": SilentAuthChannel}


class Sdk:
    repeats = True

    def __init__(self):
        auth = Auth(application_id=APPLICATION["application_id"], private_key=APPLICATION["private_key"])
        self.verify = Vonage(auth).verify
        self.cancel, self.next = self.verify.cancel_verification, self.verify.trigger_next_workflow

    def start(self, workflow, **more):
        steps = []
        for step in workflow:
            named = {("from_" if name == "from" else name): value for name, value in step.items() if name != "channel"}
            steps.append(CHANNELS[step["channel"]](**named))
        started = self.verify.start_verification(VerifyRequest(brand="Acme", workflow=steps, **more))
        return started.request_id, started.check_url

    def check(self, request_id, code):
        return self.verify.check_code(request_id, code).status

    @staticmethod
    def refusal(error):
        assert isinstance(error, HttpRequestError), error
        return {"status": error.response.status_code, **error.response.json()}


Flows(Sdk(), verify_signature).run()
