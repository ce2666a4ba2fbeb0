"""What has happened in the sample town when somebody first looks at it: a year in its middle, all by the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from domain.acts import Actor, Role
from domain.cases.case import CaseKind

_STAFF = Actor(id="s01", role=Role.STAFF)
_LEADER = Actor(id="l01", role=Role.TOWN_LEADER)
_PARTY = Actor(id="p01", role=Role.PARTY_COMMITTEE)

POLL = "P1"
POLLED = ("czs", "lyz", "hjck")
"""Those whose appraisal is ready for a poll; the others are still on the way."""

_REPORTED = ("slz", "sbs", "ybck", "tjh_zs")
_BEGUN = ("pcs", "wsy", "ny_zr")


class Step(NamedTuple):
    """An act of the story. `key` makes its command id, so it is stable for ever."""

    key: str
    kind: CaseKind
    case_id: str
    act: str
    fields: dict[str, Any]
    actor: Actor = _STAFF


def story(year: int, today: date, poll_items: list[dict[str, Any]]) -> Iterator[Step]:
    """The acts after the cycle's opening, in order. `poll_items`: the subjects of the poll."""
    yield from _proposals(year, today)
    for subject in (*POLLED, *_REPORTED, *_BEGUN):
        yield _cycle(year, f"appraisal-{subject}", "start_appraisal", subject=subject, on=_ago(today, 18))
    for subject in (*POLLED, *_REPORTED):
        form = "spoken" if subject in POLLED else "written"
        yield _appraisal(year, subject, "report", "submit_report", form=form, on=_ago(today, 6))
    yield from _questions(year, today)
    yield from _opinions(year, today)
    for subject in POLLED:
        yield _appraisal(year, subject, "poll", "put_to_poll", poll_id=f"{year}-{POLL}")
    yield _cycle(year, "poll", "call_poll", poll_id=POLL, date=today.isoformat(), mode="paper", items=poll_items)
    yield Step("poll-open", CaseKind.POLL, f"{year}-{POLL}", "open_poll", {"present": 56})


def _proposals(year: int, today: date) -> Iterator[Step]:
    yield _cycle(
        year,
        "road",
        "register_proposal",
        proposal_id="T01",
        village="唐家会村",
        title="唐家会村通组道路硬化",
        text="硬化通组道路 2.6 公里，投资 86 万元，村集体自筹 12 万元。",
        on=_ago(today, 13),
    )
    yield _decided(year, "T01", "lead_review", _LEADER, _ago(today, 11))
    yield _decided(year, "T01", "party_preliminary", _PARTY, _ago(today, 9))
    yield _cycle(
        year,
        "water",
        "register_proposal",
        proposal_id="T02",
        village="南元村",
        title="南元村饮水管网改造",
        text="更换主管道 4.1 公里，受益 312 户。",
        on=_ago(today, 5),
    )


def _questions(year: int, today: date) -> Iterator[Step]:
    day = _ago(today, 6)
    asked = (
        ("czs", "Q1", "村级“三资”代管资金多久对一次账？", "d12"),
        ("lyz", "Q1", "退耕还林补植今年能否按期完成？", "d27"),
        ("hjck", "Q1", "偏远村群众办户籍能否就近办理？", "d41"),
        ("slz", "Q1", "主灌渠清淤为什么推迟？", "d33"),
        ("slz", "Q2", "机井维修费用由谁承担？", "d48"),
        ("ybck", "Q1", "异地就医备案为何要跑两次？", "d05"),
    )
    for subject, question, text, deputy in asked:
        fields = {"question_id": question, "text": text, "deputy": deputy, "on": day}
        yield _appraisal(year, subject, f"ask-{question}", "raise_question", **fields)
    answered = (
        ("czs", "Q1", "每季度与村监委会对账一次，结果在村务公开栏公示。"),
        ("hjck", "Q1", "已在四个代表小组各设一个代办点，每周三收件。"),
        ("slz", "Q2", "五年内由站里承担，五年后村站各半。"),
    )
    for subject, question, text in answered:
        fields = {"question_id": question, "text": text, "on": _ago(today, 5)}
        yield _appraisal(year, subject, f"answer-{question}", "answer_question", **fields)
    due = (today + timedelta(days=20)).isoformat()
    measure = {"question_id": "Q1", "measure": "补植 320 亩并邀请代表现场验收", "owner": "张耀东", "due": due}
    yield _appraisal(year, "lyz", "commit-Q1", "commit_to_question", **measure, on=_ago(today, 5))


def _opinions(year: int, today: date) -> Iterator[Step]:
    for subject, text in (("czs", "代管资金按季公开到组"), ("lyz", "补植地块落实管护人")):
        fields = {"opinion_id": "Y1", "text": text, "on": _ago(today, 5)}
        yield _appraisal(year, subject, "opinion", "itemise_opinion", **fields)
        yield _appraisal(year, subject, "file", "file_opinions", number=f"镇人大〔{year}〕{subject}", on=_ago(today, 4))
        yield _appraisal(year, subject, "done", "report_implementation", opinion_id="Y1", on=_ago(today, 2))
        yield _appraisal(year, subject, "checked", "check_implementation", opinion_id="Y1", on=_ago(today, 1))


def _cycle(year: int, key: str, act: str, **fields: Any) -> Step:
    return Step(key, CaseKind.CYCLE, str(year), act, fields)


def _appraisal(year: int, subject: str, key: str, act: str, **fields: Any) -> Step:
    return Step(f"{subject}-{key}", CaseKind.APPRAISAL, f"{year}-{subject}", act, fields)


def _decided(year: int, proposal: str, step: str, actor: Actor, on: str) -> Step:
    fields = {"step": step, "decision": "approve", "on": on}
    return Step(f"{proposal}-{step}", CaseKind.PROPOSAL, f"{year}-{proposal}", "decide_step", fields, actor)


def _ago(today: date, days: int) -> str:
    """So many days ago, but never in another year: a cycle begins on the first day of its own at the earliest."""
    return max(today - timedelta(days=days), date(today.year, 1, 1)).isoformat()
