"""Reading a policy that somebody wrote: all faults at once, each with its path and line, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from domain.faults import Fault, Invalid
from domain.faults_of import faults_of
from domain.policy.document import Policy
from domain.yaml_lines import LineOf, Path, no_lines, path_text, read_yaml_with_faults


def read_policy(data: Mapping[str, Any], line_of: LineOf = no_lines, prefix: Path = ()) -> Policy:
    """The policy of these values; what is left out has its default.

    `line_of` gives the line of a path of the whole document, in which the policy stands under `prefix`. Raises
    `Invalid`.
    """
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise Invalid(faults_of(error, line_of, prefix, model=Policy, data=data)) from error


def load_policy(text: str) -> Policy:
    """The policy in a YAML text; an empty one is the default policy. Raises `Invalid`."""
    document, faults = read_yaml_with_faults(text)
    data = document.data
    if data is not None and not isinstance(data, Mapping):
        message = "制度应为一组键值，如 appraisal: …"
        raise Invalid([*faults, Fault(path=path_text(()), message=message, line=document.line_of(()))])
    try:
        policy = read_policy(data or {}, document.line_of)
    except Invalid as invalid:
        unreadable = {fault.path for fault in faults}  # read as empty, which is no second fault
        faults = [*faults, *(fault for fault in invalid.faults if fault.path not in unreadable)]
        raise Invalid(sorted(faults, key=lambda fault: fault.line or 0)) from invalid
    if faults:
        raise Invalid(faults)
    return policy
