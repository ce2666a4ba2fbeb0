"""What came of a rehearsal, read from the event store by folding its streams; the play's own memory is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ballotbox.interface import BallotBox
from ballotbox.polls import PollKey
from domain.calendar import unannounced_warning
from domain.cases.appraisal.state import AppraisalState
from domain.cases.assessment.state import AssessmentState
from domain.cases.case import TOWN_ZONE, CaseKind, fold, stream_of
from domain.cases.proposal.state import ProposalState
from domain.cases.rectification.state import RectificationState
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.roster.book import read
from domain.roster.books import POLICY
from domain.rules.verdict import PENDING, Verdict
from eventstore.store import EventStore
from eventstore.verify import verify
from rehearsal.driver import Driver, RefusedAct
from rehearsal.environment import Environment
from rehearsal.scenario.model import Cycle, Scenario
from rehearsal.scripts import case_id

Json = dict[str, Any]

_PAGE = 1000


async def result_of(driver: Driver, environment: Environment) -> Json:
    """The result of a play as the interface describes it, with what the rules refused beside it."""
    scenario, calendar, town = driver.scenario, driver.calendar, driver.town
    cases = Cases(await _streams(environment.store, town))
    ledger = (await verify(environment.url, towns=[town]))[0]
    warning = unannounced_warning(calendar.unannounced(*cases.period))
    return {
        "scenario": scenario.scenario,
        "township": scenario.township,
        "policy_version": cases.policy_version,
        "cycles": [_cycle(scenario, cycle, cases) for cycle in scenario.cycles],
        "ledger": {"events": ledger.events, "verified": ledger.ok},
        "ballots": await _ballots(environment.box, [PollKey(town, poll) for poll in cases.polls_with_box()]),
        "refused_acts": sorted(map(_refused, driver.refused), key=lambda each: (each["date"], each["case"])),
        "warnings": [*([] if warning is None else [warning]), *driver.warnings],
    }


async def _streams(store: EventStore, town: str) -> dict[str, list[Recorded]]:
    streams: dict[str, list[Recorded]] = {}
    position = 0
    while events := await store.read_all(town, position, _PAGE):
        for recorded in events:
            streams.setdefault(recorded.stream, []).append(recorded)
        position = events[-1].position
    return streams


class Cases:
    """All cases of the town after their events."""

    def __init__(self, streams: Mapping[str, Sequence[Recorded]]) -> None:
        self._streams = streams

    def state(self, kind: CaseKind, case: str) -> Any:
        """A case's state; None where there never was such a case."""
        events = self._streams.get(stream_of(kind, case))
        return None if not events else fold(GOVERNED[kind], events).inner

    def ids(self, kind: CaseKind) -> list[str]:
        """The cases of a kind, oldest first."""
        prefix = stream_of(kind, "")
        return [stream.removeprefix(prefix) for stream in self._streams if stream.startswith(prefix)]

    def polls_with_box(self) -> list[str]:
        """The polls that were opened; one that never was has no box."""
        return [poll for poll in self.ids(CaseKind.POLL) if self.state(CaseKind.POLL, poll).opened_on is not None]

    @property
    def policy_version(self) -> str:
        """Of the policy that the town adopted."""
        return read(POLICY, self._streams[POLICY.stream]).current.version

    @property
    def period(self) -> tuple[date, date]:
        """From the first day of the play to the last, on which the last due date has passed."""
        moments = [recorded.metadata.business_time for events in self._streams.values() for recorded in events]
        return min(moments).astimezone(TOWN_ZONE).date(), max(moments).astimezone(TOWN_ZONE).date()


def _cycle(scenario: Scenario, cycle: Cycle, cases: Cases) -> Json:
    assessment: AssessmentState | None = cases.state(CaseKind.ASSESSMENT, str(cycle.year))
    proposals = ((each.id, cases.state(CaseKind.PROPOSAL, case_id(cycle.year, each.id))) for each in cycle.proposals)
    return {
        "year": cycle.year,
        "proposals": [proposal_result(own, state) for own, state in proposals],
        "appraisals": list(_appraisals(scenario, cycle, cases)),
        "rankings": [] if assessment is None else ranking_results(assessment),
        "vetoes": [] if assessment is None else veto_results(assessment),
    }


def _appraisals(scenario: Scenario, cycle: Cycle, cases: Cases) -> Iterator[Json]:
    for subject in scenario.subjects:
        case = case_id(cycle.year, subject.id)
        asked = [each.id for report in cycle.duty_reports if report.subject == subject.id for each in report.questions]
        state: AppraisalState | None = cases.state(CaseKind.APPRAISAL, case)
        if state is not None:
            rectification = cases.state(CaseKind.RECTIFICATION, case)
            yield {
                "subject": subject.id,
                **figures(state.verdict),
                "open_questions": sorted(state.open_questions, key=asked.index),
                "rectification": None if rectification is None else rectification_result(rectification),
            }


def figures(verdict: Verdict | None) -> Json:
    """The figures of a verdict; what was not counted, or must not be shown, is null."""
    of = verdict or PENDING
    return {
        "entitled": of.entitled,
        "present": of.present,
        "issued": of.issued,
        "returned": of.returned,
        "invalid": of.invalid,
        "valid": of.valid,
        "abstentions": of.abstentions,
        "passing": of.passing,
        "denominator": of.denominator,
        "denominator_name": None if of.denominator_name is None else of.denominator_name.value,
        "rate": of.rate_printed,
        "verdict": of.verdict.value,
        "sensitive_to_denominator": of.sensitive_to_denominator,
        "dimension_warnings": list(of.dimension_warnings),
    }


def proposal_result(own_id: str, state: ProposalState | None) -> Json:
    """A proposal with the decisions made on it."""
    if state is None:
        return {"id": own_id, "outcome": "pending", "steps": [], "overdue_steps": []}
    return {
        "id": own_id,
        "outcome": "pending" if state.outcome is None else state.outcome.value,
        "steps": [
            {"step": step.step.value, "decision": step.decision.value, "date": step.on.isoformat()}
            for step in state.steps
        ],
        "overdue_steps": list(dict.fromkeys(each.step.value for each in state.overdue)),
    }


def rectification_result(state: RectificationState) -> Json:
    """A rectification with its dates."""
    return {
        "served_on": _iso(state.served_on),
        "plan_due": None if state.plan_due is None else _iso(state.plan_due.rolled),
        "due": None if state.first_due is None else _iso(state.first_due.rolled),
        "extended_due": _iso(state.extended_due),
        "refused_extensions": [
            {"date": each.on.isoformat(), "reason": each.reason.value} for each in state.refused_extensions
        ],
        "reminders": [each.on.isoformat() for each in state.reminders],
        "overdue_since": _iso(state.overdue_since),
        "revote": None if state.revote is None else figures(state.revote),
        "outcome": "pending" if state.outcome is None else state.outcome.value,
        "proposal_for_handling": state.handling_proposed,
    }


def ranking_results(state: AssessmentState) -> list[Json]:
    """The rankings of a year, a group each."""
    return [
        {
            "group": ranking.group,
            "rows": [{"rank": row.rank, "subject": row.subject, "total": row.printed} for row in ranking.rows],
            "last": list(ranking.last),
            "last_undecided": ranking.last_undecided,
        }
        for ranking in state.rankings
    ]


def veto_results(state: AssessmentState) -> list[Json]:
    """The vetoes that a year's ranking brought: proposals, never removals."""
    return [
        {"person": veto.person, "subject": veto.subject, "years": list(veto.years), "effect": "proposal"}
        for veto in state.vetoes
    ]


async def _ballots(box: BallotBox, polls: Sequence[PollKey]) -> Json:
    """How many ballots were cast, and whether every box was counted rightly."""
    cast, verified = 0, True
    for poll in polls:
        found = await box.verify(poll)
        cast += found.cast
        verified = verified and found.verified
    return {"cast": cast, "verified": verified}


def _refused(act: RefusedAct) -> Json:
    return {
        "date": act.at.date().isoformat(),
        "case": stream_of(act.case.kind, act.case.case_id),
        "act": act.act,
        "code": act.code,
        "message": act.message,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
