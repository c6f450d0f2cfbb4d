"""sam deploy without the deployment: of each call, {"dir", "args"}, tells the parameters that it
would give to CloudFormation."""

import functools
import json
import os
import sys

from samcli.cli.main import cli
from samcli.commands._utils import template
from samcli.commands.deploy.command import cli as deploy

# Every call reads the same template, twice, and takes a second for that.
template.yaml_parse = functools.cache(template.yaml_parse)

told = []
deploy.callback = lambda *_, **options: told.append(options["parameter_overrides"])
for call in json.load(sys.stdin):
    os.chdir(call["dir"])
    cli.main(call["args"], prog_name="sam", standalone_mode=False)
json.dump(told, sys.stdout)
