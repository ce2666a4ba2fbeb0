"""An act's fields as a form has them, and a filled form made into the act."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic.fields import FieldInfo

from domain.acts import Command
from domain.branches import branches
from domain.faults_of import faults_of
from web.words import field_word, value_word

Kind = Literal["text", "long", "number", "date", "yes_no", "choice", "lines", "pairs", "rows"]

_LONG = frozenset({"text", "reason", "measure", "message"})
_OF_EVERY_ACT = ("on", "paper")
_LABELS = {"on": "实际日期（不填即今天）", "paper": "纸质材料编号"}


@dataclass(frozen=True)
class Field:
    """One field of a form. `name` is `a.b` for a field in a group, `a.0.b` for one in a row."""

    name: str
    label: str
    kind: Kind
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def fields_of(command: type[Command]) -> tuple[Field, ...]:
    """The fields of an act, those that every act has last."""
    own = [name for name in command.model_fields if name not in _OF_EVERY_ACT]
    return tuple(field for name in (*own, *_OF_EVERY_ACT) for field in _fields(name, name, command.model_fields[name]))


def _fields(name: str, key: str, info: FieldInfo, *, within: bool = True) -> Iterator[Field]:
    label = _LABELS.get(key) or field_word(info.alias or key)
    required = info.is_required() and within
    for branch in branches(info.annotation):
        if branch is type(None):
            continue
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            group = _optional(info) is False and within
            for inner, detail in branch.model_fields.items():
                for field in _fields(f"{name}.{detail.alias or inner}", inner, detail, within=group):
                    yield Field(
                        field.name, f"{label}：{field.label}", field.kind, field.required, field.choices, field.hint
                    )
            return
        yield _field(name, key, label, branch, required=required)
        return


def _field(name: str, key: str, label: str, branch: Any, *, required: bool) -> Field:
    origin = typing.get_origin(branch)
    if origin is Literal:
        return Field(name, label, "choice", required, tuple((str(v), value_word(v)) for v in typing.get_args(branch)))
    if origin in (dict, Mapping):
        return Field(name, label, "pairs", required, hint="每行一项，写作 名称=值")
    if origin in (tuple, list, set, frozenset):
        return Field(name, label, "lines", required, hint="每行一项")
    if branch is bool:
        return Field(name, label, "yes_no", required)
    if isinstance(branch, type) and issubclass(branch, Enum):
        return Field(name, label, "choice", required, tuple((m.value, value_word(m.value, key)) for m in branch))
    if branch in (int, Fraction):
        return Field(name, label, "number", required)
    if branch is date:
        return Field(name, label, "date", required)
    return Field(name, label, "long" if key in _LONG else "text", required)


def _optional(info: FieldInfo) -> bool:
    return type(None) in branches(info.annotation)


class Unfit(Exception):
    """A filled form that is no such act: messages in Chinese by field; under an empty name those of none."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("；".join(faults.values()))
        self.faults = dict(faults)


def command_of(command: type[Command], filled: Mapping[str, str]) -> Command:
    """The act of a filled form; what was left empty is left out. Raises `Unfit`."""
    values: dict[str, Any] = {}
    for field in fields_of(command):
        text = filled.get(field.name, "").strip()
        if text:
            _put(values, field.name.split("."), _value(field, text))
    try:
        return command.model_validate(values)
    except ValidationError as error:
        known = {field.name for field in fields_of(command)}
        faults: dict[str, str] = {}
        for fault in faults_of(error, model=command, data=values):
            name = next((each for each in _prefixes(fault.path) if each in known), "")
            faults.setdefault(name, fault.message)
        raise Unfit(faults) from error


def _prefixes(path: str) -> Iterator[str]:
    parts = path.replace("[", ".").replace("]", "").split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])


def _put(values: dict[str, Any], path: list[str], value: JsonValue) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value


def _value(field: Field, text: str) -> JsonValue:
    match field.kind:
        case "number":
            return int(text) if text.lstrip("-").isdigit() else text
        case "yes_no":
            return text == "yes"
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "pairs":
            pairs = (line.replace("＝", "=").partition("=") for line in text.splitlines() if line.strip())
            return {key.strip(): _number(value.strip()) for key, _, value in pairs}
        case _:
            return text


def _number(text: str) -> JsonValue:
    return int(text) if text.lstrip("-").isdigit() else text
