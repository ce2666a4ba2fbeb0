"""A town's year as a list of acts: a proposal, an appraisal that fails, its rectification and the re-vote.

Whoever plays it gives each act the id of its place, so that it may be played again from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballotbox.ballots import CountedRows
from ballotbox.interface import BallotBox
from ballotbox.polls import PollKey
from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    CheckImplementation,
    FileOpinions,
    ItemiseOpinion,
    PutToPoll,
    RaiseQuestion,
    ReportImplementation,
    SubmitReport,
)
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import CallPoll, CloseCycle, OpenCycle, RegisterProposal, StartAppraisal
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, PollItem
from domain.cases.proposal.commands import CompleteProposal, DecideStep, Decision, ReportProgress
from domain.cases.rectification.commands import (
    DecideOnReport,
    PutToRevote,
    ReportDecision,
    ServeNotice,
    SubmitPlan,
    SubmitRectificationReport,
)
from domain.policy.document import Policy
from domain.roster.posts import Post, SubjectKind
from domain.rules.counting import ItemCount
from domain.rules.proposal import Step, VillageForm, Votes
from workflows.client import CaseClient
from workflows.messages import Receipt

STAFF = Actor(id="staff-1", role=Role.STAFF)
POLICY = Policy()
CALENDAR = WorkCalendar(weekends_only=True)
FORESTRY = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="p-107")


@dataclass(frozen=True)
class Act:
    """An act in a case that is open."""

    kind: CaseKind
    case_id: str
    command: Command


@dataclass(frozen=True)
class PaperCount:
    """The counted rows of a poll, as two persons enter them."""

    poll: str
    excellent: int
    competent: int
    basically_competent: int
    incompetent: int


def year(number: int, held_on: date) -> Sequence[Act | PaperCount]:
    """The acts after the opening of the cycle; every poll is held on `held_on`."""
    cycle, proposal, case = str(number), f"{number}-canal", f"{number}-lys"
    poll, revote = f"{number}-june", f"{number}-again"

    def in_cycle(command: Command) -> Act:
        return Act(CaseKind.CYCLE, cycle, command)

    def in_proposal(command: Command) -> Act:
        return Act(CaseKind.PROPOSAL, proposal, command)

    def in_appraisal(command: Command) -> Act:
        return Act(CaseKind.APPRAISAL, case, command)

    def in_rectification(command: Command) -> Act:
        return Act(CaseKind.RECTIFICATION, case, command)

    def item(kind: ItemKind) -> tuple[PollItem, ...]:
        return (PollItem(subject=FORESTRY.id, case_kind=kind, case_id=case, entitled=60),)

    return (
        in_cycle(RegisterProposal(proposal_id="canal", village="唐家会村", title="修建防渗渠")),
        in_proposal(DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)),
        in_proposal(
            DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.RETURN, to="lead_review", reason="预算不清")
        ),
        in_proposal(DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)),
        in_proposal(DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE)),
        in_proposal(DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=45, against=8, abstain=2))),
        in_proposal(
            DecideStep(
                step=Step.VILLAGE_MEETING,
                form=VillageForm.REPRESENTATIVES,
                entitled=30,
                present=24,
                votes=Votes(in_favour=20, against=3, abstain=1),
            )
        ),
        in_proposal(DecideStep(step=Step.FINAL_APPROVAL, decision=Decision.APPROVE)),
        in_cycle(StartAppraisal(subject=FORESTRY.id)),
        in_appraisal(SubmitReport(form="spoken")),
        in_appraisal(RaiseQuestion(question_id="q1", text="造林任务何时完成？")),
        in_appraisal(AnswerQuestion(question_id="q1", text="十月底前。")),
        in_appraisal(ItemiseOpinion(opinion_id="o1", text="公开造林补贴")),
        in_appraisal(FileOpinions(number="镇纪备〔1〕号")),
        in_appraisal(ReportImplementation(opinion_id="o1")),
        in_appraisal(CheckImplementation(opinion_id="o1")),
        in_appraisal(PutToPoll(poll_id=poll)),
        in_cycle(CallPoll(poll_id="june", date=held_on, items=item(ItemKind.APPRAISAL))),
        Act(CaseKind.POLL, poll, OpenPoll(present=60)),
        PaperCount(poll, 10, 25, 15, 10),
        Act(CaseKind.POLL, poll, ClosePoll()),
        in_rectification(ServeNotice()),
        in_rectification(SubmitPlan(text="逐项整改")),
        in_rectification(SubmitRectificationReport(text="已整改")),
        in_rectification(DecideOnReport(decision=ReportDecision.ACCEPT)),
        in_rectification(PutToRevote(poll_id=revote)),
        in_cycle(CallPoll(poll_id="again", date=held_on, items=item(ItemKind.RECTIFICATION), revote=True)),
        Act(CaseKind.POLL, revote, OpenPoll(present=60)),
        PaperCount(revote, 15, 21, 14, 10),
        Act(CaseKind.POLL, revote, ClosePoll()),
        in_proposal(ReportProgress(text="渠道完成一半", percent=50)),
        in_proposal(CompleteProposal(text="已竣工验收")),
        in_cycle(CloseCycle()),
    )


async def open_year(cases: CaseClient, number: int) -> Receipt:
    """Start the cycle."""
    return await cases.start(
        CaseKind.CYCLE,
        str(number),
        OpenCycle(year=number, subjects=(FORESTRY,), deputies=60),
        actor=STAFF,
        command_id=f"{number}:open",
        policy=POLICY,
        calendar=CALENDAR,
    )


async def play(cases: CaseClient, box: BallotBox, number: int, place: int, step: Act | PaperCount) -> None:
    """Do one step; done before, it changes nothing."""
    if isinstance(step, Act):
        await cases.act(step.kind, step.case_id, step.command, actor=STAFF, command_id=f"{number}:{place}")
        return
    grades = {
        "excellent": step.excellent,
        "competent": step.competent,
        "basically_competent": step.basically_competent,
        "incompetent": step.incompetent,
    }
    rows = {FORESTRY.id: CountedRows(overall=ItemCount(grades=grades))}
    for entry, person in ((1, "p-201"), (2, "p-202")):
        await box.enter_counted_rows(PollKey(cases.town, step.poll), entry, rows, person=person)  # type: ignore[arg-type]
