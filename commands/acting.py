"""What somebody typed, made into an act: who (`staff:zhang`), which act of which case, with which fields."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from commands.outcome import Failure, invalid_input
from domain.acts import Actor, Command, Role
from domain.branches import branches
from domain.cases.case import CaseKind
from domain.cases.registry import GOVERNED
from domain.faults_of import faults_of


def actor_of(text: str) -> Actor:
    """The actor written `ROLE:ID`, or `ROLE:ID@PRINCIPAL` for one who acts on somebody's behalf. Raises `Failure`."""
    role, separator, person = text.partition(":")
    known = [each.value for each in Role if each is not Role.SYSTEM]
    if not separator or not person or role not in known:
        raise invalid_input(
            f"--as “{text}” 不对，应写作 角色:编号，如 staff:zhang。", f"可用的角色：{'、'.join(known)}。"
        )
    person, _, principal = person.partition("@")
    return Actor(id=person, role=Role(role), on_behalf_of=principal or None)


def kind_of(text: str) -> CaseKind:
    """The kind of case of that name. Raises `Failure`."""
    try:
        return CaseKind(text)
    except ValueError:
        raise invalid_input(f"没有“{text}”这类案件。", f"可用的类别：{'、'.join(CaseKind)}。") from None


def command_of(kind: CaseKind, name: str, pairs: Sequence[str]) -> Command:
    """The act `name` of a case with fields written `key=value`, where a value may be JSON. Raises `Failure`."""
    known = {command.act: command for command in GOVERNED[kind].commands}
    if name not in known:
        raise invalid_input(f"{kind} 案件没有“{name}”这个事项。", f"可用的事项：{'、'.join(known)}。")
    command = known[name]
    values = _values(pairs, command)
    try:
        return command.model_validate(values)
    except ValidationError as error:
        faults = "；".join(str(fault) for fault in faults_of(error, model=command, data=values))
        raise Failure(
            f"“{name}”的内容不对：{faults}。", fields_of(command), code="invalid", exit_code=invalid_input("").exit_code
        ) from error


def fields_of(command: type[Command]) -> str:
    """What an act takes, in words: each field with its kind, required ones first."""
    fields = sorted(command.model_fields.items(), key=lambda item: not item[1].is_required())
    words = [
        f"{field.alias or name}={_kind(field.annotation)}" + ("" if field.is_required() else "（可省）")
        for name, field in fields
    ]
    return f"{command.act} 的内容：" + "　".join(words)


def _values(pairs: Sequence[str], command: type[Command]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator or not key:
            raise invalid_input(f"“{pair}”应写作 名称=值。", fields_of(command))
        if key in values:
            raise invalid_input(f"“{key}”写了两次。", fields_of(command))
        field = command.model_fields.get(key)
        values[key] = _value(text, field.annotation if field is not None else None)
    return values


def _value(text: str, annotation: Any) -> Any:
    """A text field takes its text as it is, so that a title may be `2026`; everything else may be JSON."""
    if str in branches(annotation):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


_KINDS: Mapping[Any, str] = {str: "文字", int: "整数", bool: "true|false"}


def _kind(annotation: Any) -> str:
    held = [branch for branch in branches(annotation) if branch is not type(None)]
    return "|".join(_one_kind(branch) for branch in held)


def _one_kind(branch: Any) -> str:
    origin = typing.get_origin(branch)
    if branch in _KINDS:
        return _KINDS[branch]
    if origin is Literal:
        return "|".join(str(value) for value in typing.get_args(branch))
    if isinstance(branch, type) and issubclass(branch, Enum):
        return "|".join(str(member.value) for member in branch)
    if isinstance(branch, type) and branch.__name__ == "date":
        return "日期(2026-06-20)"
    if isinstance(branch, type) and issubclass(branch, BaseModel):
        return "{" + ", ".join(branch.model_fields) + "}"
    if origin in (list, tuple, set, frozenset):
        return "[" + _kind(next(iter(typing.get_args(branch)), str)) + ", …]"
    return "JSON"
