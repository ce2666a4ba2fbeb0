"""Everything that the code names has its Chinese word on the pages, and its entry in the glossary."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import domain.cases.registry
import domain.roster.books
import web
from domain.acts import COMMANDS, Role
from domain.cases.case import CaseKind
from domain.events import EVENT_TYPES
from domain.roster.posts import SubjectKind
from web.acts.fields import fields_of
from web.acts.next_steps import acts_of
from web.lights import Shown, light_of
from web.terms import ACTS, EVENTS, STAGES, VALUES
from web.words import KINDS, ROLES, pairs_of

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
CASES = Path(domain.cases.registry.__file__).parent
OURS = ("activities.", "domain.", "workflows.")


def product_names(known: dict[str, type]) -> set[str]:
    """Those of the product itself; other tests register some of their own."""
    return {name for name, each in known.items() if each.__module__.startswith(OURS)}


def test_every_act_has_a_word() -> None:
    assert product_names(dict(COMMANDS)) == set(ACTS)


def test_every_event_has_a_word() -> None:
    assert product_names(dict(EVENT_TYPES)) - {"case.effect_refused"} == set(EVENTS) - {"case.effect_refused"}


def test_every_role_and_kind_has_a_word() -> None:
    assert set(ROLES) == set(Role)
    assert set(KINDS) == set(CaseKind)
    assert {kind.value for kind in SubjectKind} <= set(VALUES)


@pytest.mark.parametrize("kind", ["assessment", "cycle", "proposal", "appraisal", "poll", "rectification"])
def test_every_stage_has_a_word(kind: str) -> None:
    module = __import__(f"domain.cases.{kind}.state", fromlist=["Stage"])
    assert {stage.value for stage in module.Stage} - set(STAGES) == set()


@pytest.mark.parametrize(
    "name", sorted([*ACTS, *EVENTS, *(role.value for role in Role), *(kind.value for kind in CaseKind)])
)
def test_the_glossary_has_it(name: str) -> None:
    assert f"`{name}`" in GLOSSARY


def test_what_somebody_wrote_is_never_taken_for_a_term() -> None:
    body = {"text": "open", "stage": "open", "votes": {"for": 3, "against": 0}, "paper": None, "satisfied": True}
    assert pairs_of(body) == [("内容", "open"), ("阶段", "投票中"), ("票数", "赞成 3，反对 0"), ("是否满意", "是")]


@pytest.mark.parametrize(
    ("due", "light"),
    [
        (date(2026, 3, 1), Shown("red", "逾期 1 天")),
        (date(2026, 3, 2), Shown("yellow", "今天到期")),
        (date(2026, 3, 9), Shown("yellow", "剩 7 天")),
        (date(2026, 3, 10), Shown("green", "剩 8 天")),
        (None, Shown("grey", "无期限")),
    ],
)
def test_a_light_has_a_word(due: date | None, light: Shown) -> None:
    today = date(2026, 3, 2)
    assert light_of(due, today, open_=True) == light
    assert light_of(due, today, open_=False) == Shown("grey", "已结")


@pytest.mark.parametrize("kind", sorted(CaseKind))
def test_no_field_of_an_act_has_the_name_of_a_part_of_its_form(kind: CaseKind) -> None:
    """`step` of a proposal's decision and the button's `step` were one: no proposal was decided by pages."""
    template = (Path(web.__file__).parent / "templates" / "act.html").read_text(encoding="utf-8")
    parts = set(re.findall(r'name="(\w+)"', template))
    assert {"press", "command_id", "form_token"} <= parts
    assert parts.isdisjoint(field.name for command in acts_of(kind).values() for field in fields_of(command))
