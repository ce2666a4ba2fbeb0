"""What a scenario's parts say is done, as acts of the cases, in order. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.acts import Command
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    CheckImplementation,
    CommitToQuestion,
    FileOpinions,
    ItemiseOpinion,
    RaiseQuestion,
    ReportImplementation,
    SubmitReport,
    WaiveImplementation,
)
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import RegisterProposal, StartAppraisal
from domain.cases.proposal.commands import AmendProposal, DecideStep, Decision, WithdrawProposal
from domain.cases.proposal.stages import Stage
from domain.cases.rectification.commands import (
    AskExtension,
    DecideOnReport,
    SubmitPlan,
    SubmitRectificationReport,
)
from domain.rules.proposal import Votes
from rehearsal.acts import Act, CaseAct, Seat, ServeNotice, Together
from rehearsal.scenario.model import Acceptance, Cycle, DutyReport, Proposal, ProposalStep, Question, RectificationPlay


@dataclass(frozen=True)
class Ballot:
    """A subject's part in a poll. Ballots with the same `meeting` on one day are one poll."""

    seat: Seat

    @property
    def meeting(self) -> tuple[int, int]:
        """Deputies present and ballots issued."""
        return self.seat.figures.present, self.seat.figures.ballots_issued


@dataclass(frozen=True)
class Dated:
    """An act with its day."""

    day: date
    act: Act | Ballot


def case_id(year: int, own: str) -> str:
    """The id of a proposal's, an appraisal's, a rectification's or a poll's case."""
    return f"{year}-{own}"


def proposal_script(cycle: Cycle, proposal: Proposal) -> Iterator[Dated]:
    """A proposal is registered, and each body decides."""
    case = case_id(cycle.year, proposal.id)
    registered = RegisterProposal(proposal_id=proposal.id, village=proposal.village, title=proposal.title)
    yield Dated(proposal.date, CaseAct(CaseKind.CYCLE, str(cycle.year), registered))
    with_village = False
    for step in proposal.steps:
        if with_village:
            amended = AmendProposal(title=proposal.title)
            yield Dated(step.date, CaseAct(CaseKind.PROPOSAL, case, amended))
        yield Dated(step.date, CaseAct(CaseKind.PROPOSAL, case, _decision(step)))
        with_village = step.decision is Decision.RETURN and step.to is Stage.DRAFT
    if proposal.withdrawn is not None:
        withdrawn = WithdrawProposal(reason=proposal.withdrawn.reason)
        yield Dated(proposal.withdrawn.date, CaseAct(CaseKind.PROPOSAL, case, withdrawn))


def _decision(step: ProposalStep) -> DecideStep:
    votes = None
    if step.votes is not None:
        votes = Votes(in_favour=step.votes.in_favour, against=step.votes.against, abstain=step.votes.abstain)
    return DecideStep(
        step=step.step,
        decision=step.decision,
        to=step.to,
        reason=step.reason,
        votes=votes,
        form=step.form,
        entitled=step.entitled,
        present=step.present,
    )


def report_script(cycle: Cycle, report: DutyReport) -> Iterator[Dated]:
    """A duty report, what follows it up to the last poll, and the rectification if there is one.

    The acts before the polls go by their dates: an answer after the poll is an answer after the poll.
    """
    steps = [*_before_polls(cycle, report), *_polls(cycle, report)]
    if report.rectification is not None:
        steps += _rectification(cycle, report.subject, report.rectification)
    return iter(sorted(steps, key=lambda step: step.day))  # stable: the order of the stage within a day


def _before_polls(cycle: Cycle, report: DutyReport) -> Iterator[Dated]:
    case = case_id(cycle.year, report.subject)

    def act(day: date, command: Command) -> Dated:
        return Dated(day, CaseAct(CaseKind.APPRAISAL, case, command))

    given_on = report.given_on
    started = StartAppraisal(subject=report.subject)
    yield Dated(given_on or cycle.opens, CaseAct(CaseKind.CYCLE, str(cycle.year), started))
    if given_on is not None:
        yield act(given_on, SubmitReport())
        heard: list[Command] = [RaiseQuestion(question_id=question.id) for question in report.questions]
        heard += [ItemiseOpinion(opinion_id=opinion.id) for opinion in report.opinions]
        if heard:
            yield Dated(given_on, Together(tuple(CaseAct(CaseKind.APPRAISAL, case, each) for each in heard)))
    for question in report.questions:
        if question.date is not None:
            yield act(question.date, _answer(question))
    if report.filed_on is not None:
        yield act(report.filed_on, FileOpinions())
    for opinion in report.opinions:
        if opinion.implemented_on is not None:
            yield act(opinion.implemented_on, ReportImplementation(opinion_id=opinion.id))
        if opinion.checked_on is not None:
            yield act(opinion.checked_on, CheckImplementation(opinion_id=opinion.id))


def _answer(question: Question) -> Command:
    if question.answered == "answer":
        return AnswerQuestion(question_id=question.id)
    assert question.due is not None  # the checks of a scenario
    return CommitToQuestion(question_id=question.id, measure="按承诺办理", owner="本人", due=question.due)


def _polls(cycle: Cycle, report: DutyReport) -> Iterator[Dated]:
    case = case_id(cycle.year, report.subject)
    for poll in report.poll:
        if poll.waive is not None:
            waived = WaiveImplementation(reason=poll.waive)
            yield Dated(poll.date, CaseAct(CaseKind.APPRAISAL, case, waived))
        yield Dated(poll.date, Ballot(Seat(report.subject, CaseKind.APPRAISAL, case, poll)))
        yield Dated(poll.date, ServeNotice(case))


def _rectification(cycle: Cycle, subject: str, play: RectificationPlay) -> Iterator[Dated]:
    case = case_id(cycle.year, subject)

    def act(day: date, command: Command) -> Dated:
        return Dated(day, CaseAct(CaseKind.RECTIFICATION, case, command, if_there=True))

    if play.plan_on is not None:
        yield act(play.plan_on, SubmitPlan(text="整改方案"))
    for extension in play.extension:
        yield act(extension.date, AskExtension(months=extension.months, agreed=extension.agreed))
    for index, report_on in enumerate(play.reports):
        yield act(report_on, SubmitRectificationReport(text="整改报告"))
        if index < len(play.acceptance):
            yield act(play.acceptance[index].date, _on_report(play.acceptance[index]))
    for acceptance in play.acceptance[len(play.reports) :]:
        yield act(acceptance.date, _on_report(acceptance))
    for revote in play.revote:
        yield Dated(revote.date, Ballot(Seat(subject, CaseKind.RECTIFICATION, case, revote)))


def _on_report(acceptance: Acceptance) -> DecideOnReport:
    return DecideOnReport(decision=acceptance.decision, reason=acceptance.reason or "演练")
