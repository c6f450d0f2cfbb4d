"""sam deploy without the deployment: prints the parameters that it would give to CloudFormation."""

import json
import sys

from samcli.cli.main import cli
from samcli.commands.deploy.command import cli as deploy

deploy.callback = lambda *_, **options: print(json.dumps(options["parameter_overrides"]))
cli.main(sys.argv[1:], prog_name="sam")
