#!/usr/bin/env bash
# aws-sam-cli 1.170.0 unrolls AWS::LanguageExtensions on the developer's machine, for what `sam build`,
# `sam local` and `sam validate` look at, and there loses each Fn::Sub and Fn::Join that names another
# resource. Such a text cannot be known before deployment; the CLI takes it for known all the same. A Ref or
# a Fn::GetAtt in it comes out as the printed form of the CLI's own dictionary, "{'Ref': 'Jobs'}-dead", and
# of the short form Fn::Sub itself is dropped, so that "${Jobs}-dead" is a plain text. No error tells so, and
# a value that is the bare Ref is kept as it should be.
# Expected: all of them are kept for CloudFormation to fill, as without the extensions.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv sam
sam/bin/pip install --quiet --disable-pip-version-check aws-sam-cli==1.170.0
sam/bin/python - <<'PY'
import json
from samcli.lib.cfn_language_extensions.api import process_template


def topic(display_name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display_name}}


resources = process_template({
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::LanguageExtensions",
    "Resources": {
        "Jobs": {"Type": "AWS::SQS::Queue"},
        "Fn::ForEach::Topics": ["Name", ["Mail"], {
            "${Name}Ref": topic({"Fn::Sub": ["${Of}-dead", {"Of": {"Ref": "Jobs"}}]}),
            "${Name}Short": topic({"Fn::Sub": "${Jobs}-dead"}),
            "${Name}Attribute": topic(
                {"Fn::Sub": ["${Of}-dead", {"Of": {"Fn::GetAtt": ["Jobs", "QueueName"]}}]}),
            "${Name}Bare": topic({"Ref": "Jobs"}),
            "${Name}Join": topic({"Fn::Join": ["", [{"Ref": "Jobs"}, "-dead"]]}),
        }],
    },
})["Resources"]
seen = {name: r["Properties"]["DisplayName"] for name, r in resources.items() if "Properties" in r}
print(json.dumps(seen, indent=2))
assert seen == {
    "MailRef": "{'Ref': 'Jobs'}-dead",
    "MailShort": "${Jobs}-dead",
    "MailAttribute": "{'Fn::GetAtt': ['Jobs', 'QueueName']}-dead",
    "MailBare": {"Ref": "Jobs"},
    "MailJoin": "{'Ref': 'Jobs'}-dead",
}, "it has changed"
PY
