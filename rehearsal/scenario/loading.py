"""Reading a scenario file: either a scenario that can be played, or every fault in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from domain.faults import Fault, Invalid
from domain.faults_of import faults_of
from domain.yaml_lines import Document, path_text, read_yaml_with_faults
from rehearsal.scenario.checks import Known, check
from rehearsal.scenario.model import Scenario
from rehearsal.scenario.remains import Remains


def load_scenario(text: str) -> Scenario:
    """The scenario in a YAML text. Raises `Invalid` with every fault, each with its path and line."""
    document, unreadable = read_yaml_with_faults(text)
    if not isinstance(document.data, Mapping):
        raise Invalid(unreadable or [_at(document, (), "演练方案应为一组键值，如 scenario: …；文件是空的或不是方案")])
    scenario, faults = _checked(document, document.data)
    unread = {fault.path for fault in unreadable}
    faults = [*unreadable, *(fault for fault in faults if fault.path not in unread)]
    if faults:
        raise Invalid(sorted(faults, key=lambda fault: fault.line or 0))
    assert scenario is not None
    return scenario


def _checked(document: Document, data: Mapping[str, Any]) -> tuple[Scenario | None, list[Fault]]:
    remains = Remains(data)
    faults: list[Fault] = []
    scenario: Scenario | None
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        faults = faults_of(error, document.line_of, model=Scenario, data=data)
        scenario = remains.fit(error)
    if scenario is not None:
        places = [(remains.place(finding.path), finding.message) for finding in check(scenario, Known.of(data))]
        faults += [_at(document, place, message) for place, message in places if not remains.touched(place)]
    return scenario, faults


def _at(document: Document, path: tuple[str | int, ...], message: str) -> Fault:
    return Fault(path=path_text(path), message=message, line=document.line_of(path))
