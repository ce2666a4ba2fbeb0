"""What a policy would have made of a recorded year: the domain's rules on the recorded counts, scores and dates.

Pure: nothing is recorded, and cases that run keep the policy they began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.acts import Refusal
from domain.calendar import WorkCalendar
from domain.cases.appraisal.events import Judged
from domain.cases.assessment.scoring import rankings_of
from domain.cases.assessment.state import AssessmentState
from domain.cases.poll.result import PollResult
from domain.cases.rectification.events import NoticeServed, RevoteJudged
from domain.events import Recorded
from domain.policy.document import Policy
from domain.rules.assessment import publicity_days
from domain.rules.counting import count_fault
from domain.rules.ranking import Ranking, decide_last
from domain.rules.rectification import months, plan_days
from domain.rules.tenure import Tenure
from domain.rules.verdict import Verdict
from domain.rules.veto import HistoryRow, VetoFindings, YearRecord, vetoes


@dataclass(frozen=True)
class Poll:
    """A recorded verdict with the counts that it rests on."""

    subject: str
    name: str
    again: bool
    """A re-vote after rectification."""
    result: PollResult
    verdict: Verdict


@dataclass(frozen=True)
class Notice:
    """A recorded notice of rectification."""

    name: str
    served: NoticeServed


@dataclass(frozen=True)
class Year:
    """What is recorded of a year."""

    year: int
    polls: Sequence[Poll] = ()
    notices: Sequence[Notice] = ()
    assessment: AssessmentState | None = None
    earlier: Sequence[YearRecord] = ()
    """The other years' last places."""
    tenures: Sequence[Tenure] = ()
    history: Sequence[HistoryRow] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """One thing that would be otherwise."""

    about: str
    before: str
    after: str


@dataclass(frozen=True)
class WhatIf:
    """All that would be otherwise, and how much was looked at."""

    year: int
    verdicts: Sequence[Difference]
    rankings: Sequence[Difference]
    vetoes: Sequence[Difference]
    deadlines: Sequence[Difference]
    polls: int
    ranked: int
    notices: int
    cannot: Sequence[str]
    """What cannot be computed from what is recorded, and why."""

    @property
    def nothing(self) -> bool:
        """Whether all would be the same."""
        return not (self.verdicts or self.rankings or self.vetoes or self.deadlines)


def polls_of(name: str, subject: str, events: Sequence[Recorded]) -> list[Poll]:
    """The verdicts in a case's events."""
    found = []
    for recorded in events:
        event = recorded.event
        if isinstance(event, Judged | RevoteJudged):
            found.append(Poll(subject, name, isinstance(event, RevoteJudged), event.result, event.verdict))
    return found


def what_if(year: Year, draft: Policy, calendar: WorkCalendar) -> WhatIf:
    """What would be otherwise under a draft."""
    cannot: list[str] = []
    rankings, veto = _assessed(year, draft, cannot)
    return WhatIf(
        year=year.year,
        verdicts=_verdicts(year, draft, cannot),
        rankings=rankings,
        vetoes=veto,
        deadlines=[*_notices(year, draft, calendar), *_publicity(year, draft, calendar)],
        polls=len(year.polls),
        ranked=len(year.assessment.assessed) if year.assessment is not None and year.assessment.rankings else 0,
        notices=len(year.notices),
        cannot=cannot,
    )


def _verdicts(year: Year, draft: Policy, cannot: list[str]) -> list[Difference]:
    found = []
    for poll in year.polls:
        overall = poll.result.overall
        if overall is not None and (fault := count_fault(draft.appraisal, overall, poll.result.dimensions)):
            cannot.append(f"{poll.name}的测评是按另一套等次或分项计的，不能试算（{fault}）")
            continue
        after = poll.result.verdict(draft.appraisal)
        before, now = _verdict_text(poll.verdict), _verdict_text(after)
        if before != now:
            found.append(Difference(f"{poll.name}{'（再次测评）' if poll.again else ''}", before, now))
    return found


def _verdict_text(verdict: Verdict) -> str:
    text = verdict.verdict.label
    if verdict.rate_printed is not None and verdict.denominator_name is not None:
        text += (
            f"，{verdict.passing}/{verdict.denominator} = {verdict.rate_printed}（{verdict.denominator_name.label}）"
        )
    return f"{text}，口径敏感" if verdict.sensitive_to_denominator else text


def _assessed(year: Year, draft: Policy, cannot: list[str]) -> tuple[list[Difference], list[Difference]]:
    state = year.assessment
    if state is None or not state.rankings:
        return [], []
    recorded = {ranking.group: ranking for ranking in state.rankings}
    try:
        drafted = tuple(_decided(each, recorded.get(each.group)) for each in rankings_of(state, draft.assessment))
    except Refusal as refusal:
        cannot.append(f"年终考核不能按草案试算：{refusal.message}")
        return [], []
    before, after = _places(state.rankings), _places(drafted)
    places = [
        Difference(year.names.get(subject, subject), before.get(subject, "没有排名"), place)
        for subject, place in after.items()
        if before.get(subject) != place
    ]
    old, new = _findings(year, draft, state), _findings(year, draft, replace(state, rankings=drafted))
    recorded_vetoes = {(veto.person, veto.subject) for veto in state.vetoes} if state.judged else _pairs(old)
    return places, _veto_differences(year, recorded_vetoes, _pairs(new))


def _decided(ranking: Ranking, recorded: Ranking | None) -> Ranking:
    """A tie for last place that was decided by hand stays decided where it is the same tie."""
    if recorded is None or not ranking.last_undecided or not recorded.last:
        return ranking
    return decide_last(ranking, recorded.last) if set(recorded.last) <= set(ranking.tied_for_last) else ranking


def _places(rankings: Sequence[Ranking]) -> dict[str, str]:
    found = {}
    for ranking in rankings:
        for row in ranking.rows:
            text = f"第 {row.rank} 名，{row.printed} 分"
            if row.subject in ranking.last:
                text += "，末位"
            elif ranking.last_undecided and row.subject in ranking.tied_for_last:
                text += "，末位待定"
            found[row.subject] = text
    return found


def _findings(year: Year, draft: Policy, state: AssessmentState) -> VetoFindings:
    records = [*(record for record in year.earlier if record.year < year.year), state.record()]
    return vetoes(draft.veto, records, year.tenures, year.history, year.year)


def _pairs(findings: VetoFindings) -> set[tuple[str, str]]:
    return {(veto.person, veto.subject) for veto in findings.vetoes}


def _veto_differences(year: Year, before: set[tuple[str, str]], after: set[tuple[str, str]]) -> list[Difference]:
    return [
        Difference(
            f"{year.names.get(subject, subject)}（{year.names.get(person, person)}）",
            "提出一票否决" if (person, subject) in before else "没有一票否决",
            "提出一票否决" if (person, subject) in after else "没有一票否决",
        )
        for person, subject in sorted(before ^ after)
    ]


def _notices(year: Year, draft: Policy, calendar: WorkCalendar) -> list[Difference]:
    found = []
    for notice in year.notices:
        served = notice.served
        for what, before, after in (
            ("整改期限", served.due, months(draft.rectification, served.on, calendar)),
            ("报方案期限", served.plan_due, plan_days(draft.rectification, served.on, calendar)),
        ):
            if before.rolled != after.rolled:
                found.append(Difference(f"{notice.name}的{what}", str(before.rolled), str(after.rolled)))
    return found


def _publicity(year: Year, draft: Policy, calendar: WorkCalendar) -> list[Difference]:
    state = year.assessment
    if state is None or state.published_on is None or state.publicity_until is None:
        return []
    after = publicity_days(draft.assessment, state.published_on, calendar)
    if after == state.publicity_until:
        return []
    return [Difference("排名公示到", str(state.publicity_until), str(after))]
