"""Acts in any order: each is recorded or refused, and the state is always what its stream says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.assessment.commands import (
    AnnulYear,
    DecideLast,
    DecideObjection,
    EnterBonus,
    EnterDeduction,
    PublishRanking,
    RaiseObjection,
    Rejudge,
)
from domain.cases.case import CaseKind, fold
from domain.cases.governance_commands import AppointDelegate, ConfirmCorrection, ProposeCorrection, VoidCase
from domain.cases.proposal.commands import (
    AmendProposal,
    CompleteProposal,
    DecideStep,
    Decision,
    ReportProgress,
    SubmitProposal,
    WithdrawProposal,
)
from domain.cases.proposal.stages import Stage
from domain.cases.registry import GOVERNED
from domain.rules.proposal import Step, VillageForm, Votes
from tests.cases.assessment.years import open_year, score, village
from tests.cases.play import OTHER_STAFF, STAFF, Town, day

few = st.integers(min_value=0, max_value=60)
versions = st.integers(min_value=0, max_value=8)
votes = st.builds(Votes, in_favour=few, against=few, abstain=few)
reasons = st.sampled_from(["理由", None])

PROPOSAL_ACTS = st.one_of(
    st.builds(
        DecideStep,
        step=st.sampled_from(Step),
        decision=st.sampled_from([None, *Decision]),
        to=st.sampled_from([None, *Stage]),
        reason=reasons,
        votes=st.none() | votes,
        form=st.sampled_from([None, *VillageForm]),
        entitled=st.sampled_from([None, 30]),
        present=st.sampled_from([None, 10, 24]),
    ),
    # The straight way is taken often enough that runs get to the end.
    st.sampled_from(Step).map(
        lambda step: DecideStep(
            step=step,
            decision=None if step in (Step.DEPUTIES, Step.VILLAGE_MEETING) else Decision.APPROVE,
            votes=Votes(in_favour=20 if step is Step.VILLAGE_MEETING else 45)
            if step in (Step.DEPUTIES, Step.VILLAGE_MEETING)
            else None,
            form=VillageForm.REPRESENTATIVES,
            entitled=30,
        )
    ),
    st.builds(AmendProposal, title=reasons),
    st.just(WithdrawProposal(reason="撤")),
    st.just(ReportProgress(text="在建", percent=50)),
    st.just(CompleteProposal(text="完工")),
)
subjects = st.sampled_from("abcz")
ASSESSMENT_ACTS = st.one_of(
    st.builds(EnterBonus, subject=subjects, points=few.map(Fraction), reason=st.just("加分")),
    st.builds(
        EnterDeduction,
        subject=subjects,
        table=st.sampled_from(["work", "party", "x"]),
        points=few.map(Fraction),
        reason=st.just("扣分"),
    ),
    st.just(PublishRanking()),
    st.builds(DecideLast, group=st.sampled_from(["village", "x"]), subjects=st.tuples(subjects)),
    st.builds(RaiseObjection, objection_id=st.sampled_from("12"), subject=subjects, text=st.just("异议")),
    st.builds(DecideObjection, objection_id=st.sampled_from("12"), upheld=st.booleans(), reason=st.just("核对")),
    st.just(AnnulYear(reason="违规")),
    st.just(Rejudge(year=2024)),
)
GOVERNING_ACTS = st.one_of(
    st.builds(
        ProposeCorrection,
        version=versions,
        changes=st.sampled_from(
            [{"on": "2025-12-02"}, {"on": "2025-12-09"}, {"votes": None}, {"points": "40"}, {"title": "别的"}]
        ),
        reason=st.just("录入错误"),
    ),
    st.builds(ConfirmCorrection, proposal_version=versions),
    st.just(
        AppointDelegate(principal="x", delegate="y", from_=day("2025-12-01"), until=day("2025-12-31"), reason="请假")
    ),
    st.just(VoidCase(reason="误")),
)
ACTORS = st.sampled_from([STAFF, OTHER_STAFF, Actor(id="system", role=Role.SYSTEM), Actor(id="v", role=Role.VILLAGE)])


def play(town: Town, kind: CaseKind, case_id: str, acts: list[tuple[Command, Actor, int]]) -> None:
    """Each act is recorded or refused; time passes between them; the stream alone gives the same state."""
    today = day("2025-12-01")
    for command, actor, days in acts:
        today += timedelta(days=days)
        town.until(today.isoformat())
        before = len(town.log)
        refusal = attempt(town, today.isoformat(), kind, case_id, command, actor)
        if refusal is not None:
            assert len(town.log) == before
            assert refusal.code
            assert refusal.message
        facts = town.facts(kind, case_id)
        assert facts.open or facts.outcome is not None
    again: Any = fold(GOVERNED[kind], town.stream(f"{kind}-{case_id}"))
    assert again.inner == town.state(kind, case_id)


def attempt(town: Town, on: str, kind: CaseKind, case_id: str, command: Command, actor: Actor) -> Refusal | None:
    """Do an act; the refusal, if it is refused. Anything else that is raised is a fault."""
    try:
        town.act(on, kind, case_id, command, actor)
    except Refusal as refusal:
        return refusal
    return None


def runs(acts: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test given up to a dozen acts, each with who does it and how many days after the one before."""
    step = st.tuples(acts, ACTORS, st.integers(min_value=0, max_value=9))

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        return settings(max_examples=40, deadline=None)(given(st.lists(step, max_size=14))(test))

    return decorate


@runs(st.one_of(PROPOSAL_ACTS, PROPOSAL_ACTS, GOVERNING_ACTS))
def test_a_proposal_takes_acts_in_any_order(acts: list[tuple[Command, Actor, int]]) -> None:
    town = Town()
    opening = SubmitProposal(proposal_id="p1", year=2025, village="科村", title="修路", deputies=60)
    town.act("2025-12-01", CaseKind.PROPOSAL, "2025-p1", opening)
    play(town, CaseKind.PROPOSAL, "2025-p1", acts)


@runs(st.one_of(ASSESSMENT_ACTS, ASSESSMENT_ACTS, GOVERNING_ACTS))
def test_an_assessment_takes_acts_in_any_order(acts: list[tuple[Command, Actor, int]]) -> None:
    town = Town()
    open_year(town, 2025, [village(each, each) for each in "abc"])
    for subject, mark in {"a": 90, "b": 70, "c": 70}.items():
        score(town, 2025, subject, mark)
    play(town, CaseKind.ASSESSMENT, "2025", acts)
