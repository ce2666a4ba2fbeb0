"""The Chinese words of the pages for what the code names in English. The same terms stand in docs/glossary.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import notices.words
from domain.acts import Actor, Role
from domain.cases.case import CaseKind
from web.terms import ACTS, EVENTS, FIELDS, STAGES, VALUES

KINDS: Mapping[CaseKind, str] = {
    CaseKind.CYCLE: "年度周期",
    CaseKind.PROPOSAL: "事前议案",
    CaseKind.APPRAISAL: "述职评议",
    CaseKind.POLL: "民主测评",
    CaseKind.RECTIFICATION: "限期整改",
    CaseKind.ASSESSMENT: "年终考核",
}

ROLES: Mapping[Role, str] = {**notices.words.ROLES, Role.SYSTEM: "系统"}

_LITERAL = frozenset(
    {"text", "title", "reason", "message", "measure", "subject", "village", "case_id", "name", "number"}
)
"""Fields that hold what somebody wrote, or an id: never taken for a term."""

KIND_WORDS: Mapping[str, str] = {kind.value: word for kind, word in KINDS.items()}


def stage_word(stage: str) -> str:
    """A stage or an outcome in Chinese; one that has no word is shown as it is."""
    return STAGES.get(stage, stage)


def event_word(type_name: str) -> str:
    """What happened, in Chinese."""
    return EVENTS.get(type_name, type_name)


def act_word(name: str) -> str:
    """An act, in Chinese."""
    return ACTS.get(name, name)


def field_word(name: str) -> str:
    """The name of a field."""
    return FIELDS.get(name, name)


def value_word(value: Any, field: str = "") -> str:
    """A value as it is read: a term in Chinese, a list with its separators, a group as `name value` pairs."""
    match value:
        case None:
            return "无"
        case bool():
            return "是" if value else "否"
        case str():
            return value if field in _LITERAL else VALUES.get(value, STAGES.get(value, KIND_WORDS.get(value, value)))
        case dict():
            parts = (f"{field_word(key)} {value_word(inner, key)}" for key, inner in value.items() if _said(inner))
            return "，".join(parts)
        case list() | tuple():
            return "；".join(value_word(each, field) for each in value)
        case _:
            return str(value)


def actor_word(actor: Actor) -> str:
    """Who did it: the role, and the person by the id that the log holds."""
    word = ROLES[actor.role]
    if actor.role is Role.SYSTEM:
        return word
    behalf = f"（代 {actor.on_behalf_of}）" if actor.on_behalf_of is not None else ""
    return f"{word} {actor.id}{behalf}"


def pairs_of(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of an event that say something, in Chinese."""
    return [(field_word(name), value_word(value, name)) for name, value in body.items() if _said(value)]


def _said(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}
