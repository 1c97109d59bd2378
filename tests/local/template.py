"""template.yaml as the local platform hands it to CloudFormation.

What `sam package` would do (code and workflow definitions in place of local paths), and the parameters that differ
here. Nothing else is changed: what is tested is the template that is deployed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

from samtranslator.yaml_helper import yaml_parse

Template = dict[str, Any]
_FUNCTION = "AWS::Serverless::Function"
_WORKFLOW = "AWS::Serverless::StateMachine"


def load(path: Path) -> Template:
    """The template with its short intrinsic functions (!Ref) in their long form."""
    return yaml_parse(path.read_text(encoding="utf-8"))


def functions(template: Template) -> dict[str, str]:
    """Logical id → binary, for every function. The last part of CodeUri is folder, package and binary at once."""
    return {
        logical_id: Path(str(resource["Properties"]["CodeUri"])).name
        for logical_id, resource in _of_type(template, _FUNCTION)
    }


def packaged(template: Template, folder: Path, locate: Callable[[str], dict[str, str]]) -> Template:
    """The template with each function's code at `locate(binary)`, and with definitions inline."""
    for logical_id, binary in functions(template).items():
        resource = template["Resources"][logical_id]
        resource["Properties"]["CodeUri"] = locate(binary)
        resource.pop("Metadata", None)
    for _, resource in _of_type(template, _WORKFLOW):
        properties = resource["Properties"]
        if isinstance(properties.get("DefinitionUri"), str):
            properties["Definition"] = json.loads((folder / properties.pop("DefinitionUri")).read_text())
    return template


def _of_type(template: Template, kind: str) -> list[tuple[str, dict[str, Any]]]:
    # A loop (Fn::ForEach) among the resources is a list.
    resources = template["Resources"].items()
    return [(name, each) for name, each in resources if isinstance(each, dict) and each["Type"] == kind]


def parameters(template: Template, wanted: dict[str, str]) -> list[dict[str, str]]:
    """The wanted values of those parameters that the template has.

    Names are compared without regard to case, so that the environment variable's name can be used: HOLD_SECONDS is
    HoldSeconds.
    """
    plain = {name.replace("_", "").lower(): value for name, value in wanted.items()}
    return [
        {"ParameterKey": name, "ParameterValue": plain[name.lower()]}
        for name in template.get("Parameters") or {}
        if name.lower() in plain
    ]
