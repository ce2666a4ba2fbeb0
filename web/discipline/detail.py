"""All that the discipline office needs of a rectification: filing, plan, reports, extensions, reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.cases.appraisal import events as appraisal
from domain.cases.appraisal.state import AppraisalState
from domain.cases.case import CaseKind, fold
from domain.cases.rectification import events as rectification
from domain.cases.rectification.commands import ReportDecision
from domain.cases.rectification.state import RectificationState
from domain.cases.registry import GOVERNED
from domain.events import Event, Recorded
from domain.roster.books import CALENDAR
from eventstore.database import in_town
from notices.inbox import InBox, Told
from projections.cases import cases
from web.accounts.concern import Concern
from web.acts.next_steps import acts_of, awaited
from web.discipline.counting import Count, Step, count_of, plan_steps, steps_of, warning_of
from web.lights import Shown, light_of
from web.reading import CaseRow, read_case, read_events, read_town_book
from web.site import Site
from web.words import act_word, stage_word

_ACTS = (
    (CaseKind.RECTIFICATION, "serve_notice"),
    (CaseKind.RECTIFICATION, "submit_plan"),
    (CaseKind.RECTIFICATION, "ask_extension"),
    (CaseKind.RECTIFICATION, "submit_rectification_report"),
    (CaseKind.RECTIFICATION, "decide_on_report"),
    (CaseKind.APPRAISAL, "file_opinions"),
    (CaseKind.APPRAISAL, "check_implementation"),
)


@dataclass(frozen=True)
class Opinion:
    """A rectification opinion, and how far its implementation is."""

    text: str
    on: date
    reported_on: date | None
    checked_on: date | None


@dataclass(frozen=True)
class Line:
    """What happened, when, and what was said."""

    on: date
    words: str
    text: str = ""
    paper: str | None = None


@dataclass(frozen=True)
class Detail:
    """A rectification."""

    row: CaseRow
    state: RectificationState
    appraisal: CaseRow | None
    stage: str
    light: Shown
    opinions: Sequence[Opinion]
    filing: Line | None
    """The filing of the opinions, its number in `words`."""
    filing_due: date | None
    criticised_on: date | None
    lines: Sequence[Line]
    plan_steps: Sequence[Step]
    steps: Sequence[Step]
    count: Count | None
    warning: str | None
    acts: Sequence[tuple[str, str]]
    """Address and word."""
    told: Sequence[Told]

    @property
    def responsible(self) -> str:
        """Who answers for the post, as far as the case was told."""
        holders = self.state.holders
        if holders is None:
            return ""
        changes = sorted(holders.changes, key=lambda change: change[0])
        return changes[-1][1] if changes else holders.post.responsible


async def read_detail(site: Site, concern: Concern, case_id: str) -> Detail | None:
    """A rectification as it stands; None where there is none that they may see."""
    row = await read_case(site.engine, site.town, CaseKind.RECTIFICATION, case_id)
    if row is None or not concern.may_see(row):
        return None
    events = await read_events(site.engine, site.town, CaseKind.RECTIFICATION, case_id)
    state = fold(GOVERNED[CaseKind.RECTIFICATION], events).inner
    if not isinstance(state, RectificationState):
        return None
    of = await _appraisal_of(site, row)
    earlier = [] if of is None else await read_events(site.engine, site.town, CaseKind.APPRAISAL, of.case_id)
    judged = fold(GOVERNED[CaseKind.APPRAISAL], earlier).inner if earlier else AppraisalState()
    calendar = await read_town_book(site.engine, site.town, CALENDAR)
    today, due = site.today(), state.due.rolled if state.due is not None else None
    pending = row.open and row.due is not None
    return Detail(
        row=row,
        state=state,
        appraisal=of,
        stage=stage_word(row.stage if row.open else row.outcome or row.stage),
        light=light_of(due, today, open_=row.open and state.reported_on is None),
        opinions=_opinions(earlier, judged),
        filing=_filing(earlier),
        filing_due=next((e.event.filing_due for e in earlier if isinstance(e.event, appraisal.ReportSubmitted)), None),
        criticised_on=next((e.event.on for e in earlier if isinstance(e.event, appraisal.Criticised)), None),
        lines=[line for each in events if (line := _line(each.event)) is not None],
        plan_steps=plan_steps(state, calendar),
        steps=steps_of(state, calendar),
        count=count_of(calendar, today, due) if pending and due is not None else None,
        warning=warning_of(calendar, [state.served_on, due]),
        acts=_acts(concern, row, of),
        told=await InBox(site.engine, site.town).of_stream(f"{row.kind.value}-{row.case_id}"),
    )


async def _appraisal_of(site: Site, row: CaseRow) -> CaseRow | None:
    query = select(cases).where(
        cases.c.town == site.town,
        cases.c.kind == CaseKind.APPRAISAL.value,
        cases.c.year == row.year,
        cases.c.subject == row.subject,
    )
    async with in_town(site.engine, site.town) as connection:
        found = (await connection.execute(query)).first()
    return None if found is None else CaseRow.model_validate(dict(found._mapping))


def _opinions(events: Sequence[Recorded], state: AppraisalState) -> list[Opinion]:
    itemised = [each.event for each in events if isinstance(each.event, appraisal.OpinionItemised)]
    found = []
    for event in itemised:
        how = state.opinions.get(event.opinion_id)
        found.append(Opinion(event.text, event.on, how.reported_on if how else None, how.checked_on if how else None))
    return found


def _filing(events: Sequence[Recorded]) -> Line | None:
    filed = [each.event for each in events if isinstance(each.event, appraisal.OpinionsFiled)]
    return Line(filed[-1].on, filed[-1].number, paper=filed[-1].paper) if filed else None


def _line(event: Event) -> Line | None:
    match event:
        case rectification.NoticeServed():
            return Line(event.on, "整改通知送达", f"方案 {event.plan_due} 前报，整改 {event.due} 前完成", event.paper)
        case rectification.PlanSubmitted():
            return Line(event.on, "报送整改方案", event.text, event.paper)
        case rectification.PlanOverdue():
            return Line(event.due, "整改方案逾期未报")
        case rectification.ExtensionGranted():
            return Line(event.on, f"同意延期 {event.months} 个月", f"新期限 {event.due}", event.paper)
        case rectification.ExtensionRefused():
            return Line(event.on, f"申请延期 {event.months} 个月未获同意", event.reason.label, event.paper)
        case rectification.ReportSubmitted():
            return Line(event.on, "报送整改报告", event.text, event.paper)
        case rectification.ReportDecided():
            accepted = event.decision is ReportDecision.ACCEPT
            return Line(event.on, "验收通过" if accepted else "验收退回，视为未报", event.reason or "", event.paper)
        case rectification.Overdue():
            return Line(event.since, "整改逾期", f"期限 {event.due.isoformat()}")
        case rectification.OverdueLifted():
            return Line(event.on, "撤销逾期：按时办理、补录在后")
        case rectification.HandlingProposed():
            second = event.reason is rectification.HandlingReason.SECOND_FAILURE
            return Line(event.on, "建议组织处理", "再次测评不合格" if second else "整改逾期")
        case rectification.RevoteJudged():
            return Line(event.on, "再次测评", f"测评 {event.poll_id}")
        case _:
            return None


def _acts(concern: Concern, row: CaseRow, of: CaseRow | None) -> list[tuple[str, str]]:
    found = []
    for kind, name in _ACTS:
        case = row if kind is CaseKind.RECTIFICATION else of
        if case is None or not case.open or acts_of(kind)[name] not in awaited(kind, case.stage):
            continue
        if concern.roles is None or concern.actor(case, acts_of(kind)[name]) is not None:
            found.append((f"{case.path}/do/{name}", act_word(name)))
    return found
