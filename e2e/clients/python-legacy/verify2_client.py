"""Vonage's SDK for Python before version 4 for the Verify API (v2), behind a proxy as the one of
today. It has no call for the next step, and tells of a conflict by a text without the request_id.
"""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parent.parent / "python"))

import vonage
from vonage.errors import ClientError
from vonage_jwt import verify_signature

from verify2_flows import CREDENTIALS, Flows


class Sdk:
    next = None
    repeats = False

    def __init__(self):
        self.verify = vonage.Client(**CREDENTIALS).verify2
        self.cancel = self.verify.cancel_verification

    def start(self, **request):
        started = self.verify.new_request({"brand": "Acme", **request})
        return started["request_id"], started.get("check_url")

    def check(self, request_id, code):
        return self.verify.check_code(request_id, code)["status"]

    @staticmethod
    def refusal(error):
        assert isinstance(error, ClientError), error
        return {"title": str(error).partition(":")[0]}


Flows(Sdk(), verify_signature).run()
