"""Prints what is wrong with commands of the AWS CLI, by the models that it is made of."""

import json
import re
import sys

import botocore.session
from botocore import xform_name

# Options of every command, and what the CLI itself adds to the services.
GLOBAL = {"query", "output", "region", "profile", "cli-binary-format"}
OWN = {("configure", "export-credentials"): {"format"}}

session = botocore.session.get_session()


def model(service, command):
    """Returns the options of a command and those that it needs; None where there is no such one."""
    if (service, command) in OWN:
        return OWN[service, command], set()
    if service not in session.get_available_services():
        return None
    found = session.get_service_model(service)
    for name in found.operation_names:
        if xform_name(name, "-") == command:
            shape = found.operation_model(name).input_shape
            members = shape.members if shape else {}
            options = {xform_name(m, "-") for m in members}
            return options, {xform_name(m, "-") for m in (shape.required_members if shape else [])}
    return None


def check(command, whole):
    words = re.split(r"[\s\"()]+", command)
    used = {w[2:] for w in words if w.startswith("--")}
    known = model(words[1], words[2])
    if known is None:
        print(command, "is no command")
        return
    options, required = known
    for option in sorted(used - options - GLOBAL):
        print(command, "has no option", option)
    for option in sorted(required - used if whole else []):
        print(command, "lacks", option)


told = json.load(sys.stdin)
for line in told["scripts"]:
    check(line, True)
for line in told["sentences"]:
    check(line, False)
