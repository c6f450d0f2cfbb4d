# Prints a CloudFormation template as JSON, with its functions in their long form: !Ref x is {"Ref": x}.
import json
import sys

import yaml


def function(loader, tag, node):
    read = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
    value = read[type(node)](node, *([] if isinstance(node, yaml.ScalarNode) else [True]))
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else "Fn::" + tag: value}


yaml.SafeLoader.add_multi_constructor("!", function)
with open(sys.argv[1]) as template:
    json.dump(yaml.safe_load(template), sys.stdout, default=str)
