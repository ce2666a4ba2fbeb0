"""What is recorded of an appraisal."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.cases.appraisal.commands import Rating, ReportForm
from domain.cases.poll.result import PollResult
from domain.events import Event
from domain.roster.posts import Post
from domain.rules.questions import HoldUp
from domain.rules.verdict import Verdict


class Bar(StrEnum):
    """Why a poll may not open: what the rules hold it up for, or that there was no report at all."""

    NOT_REPORTED = "not_reported"
    OPEN_QUESTIONS = HoldUp.OPEN_QUESTIONS.value
    UNIMPLEMENTED_OPINIONS = HoldUp.UNIMPLEMENTED_OPINIONS.value

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return "尚未述职述廉" if self is Bar.NOT_REPORTED else HoldUp(self.value).label


class Opened(Event, name="appraisal.opened"):
    """The appraisal of a post began."""

    year: int
    subject: Post
    on: date


class ReportSubmitted(Event, name="appraisal.report_submitted"):
    """The head reported. `filing_due`: until then opinions, if there are any, are filed with the discipline office."""

    form: ReportForm
    on: date
    filing_due: date
    paper: str | None = None


class QuestionRaised(Event, name="appraisal.question_raised"):
    """A deputy asked."""

    question_id: str
    text: str
    deputy: str | None
    on: date
    paper: str | None = None


class QuestionAnswered(Event, name="appraisal.question_answered"):
    """A question got its answer."""

    question_id: str
    text: str
    on: date
    paper: str | None = None


class CommitmentMade(Event, name="appraisal.commitment_made"):
    """A question got a commitment, which is followed until it is kept or broken."""

    question_id: str
    measure: str
    owner: str
    due: date
    on: date
    paper: str | None = None


class CommitmentDue(Event, name="appraisal.commitment_due"):
    """The due date of a commitment passed and nobody has marked it."""

    question_id: str
    due: date


class CommitmentMarked(Event, name="appraisal.commitment_marked"):
    """A commitment was kept or broken."""

    question_id: str
    kept: bool
    on: date
    paper: str | None = None


class AnswerRated(Event, name="appraisal.answer_rated"):
    """The deputy who asked rated the answer or the commitment."""

    question_id: str
    rating: Rating
    text: str
    on: date
    paper: str | None = None


class OpinionItemised(Event, name="appraisal.opinion_itemised"):
    """A rectification opinion."""

    opinion_id: str
    text: str
    on: date


class OpinionsFiled(Event, name="appraisal.opinions_filed"):
    """The opinions were filed with the discipline office."""

    number: str
    on: date
    paper: str | None = None


class FilingOverdue(Event, name="appraisal.filing_overdue"):
    """The opinions were not filed in time; they still are to be."""

    due: date


class ImplementationReported(Event, name="appraisal.implementation_reported"):
    """An opinion is said to be implemented."""

    opinion_id: str
    on: date
    paper: str | None = None


class ImplementationChecked(Event, name="appraisal.implementation_checked"):
    """镇人大 has checked an opinion; not satisfied, it is still to be implemented."""

    opinion_id: str
    satisfied: bool
    on: date
    paper: str | None = None


class ImplementationWaived(Event, name="appraisal.implementation_waived"):
    """The presidium lets the poll be held before every opinion is implemented."""

    reason: str
    on: date
    paper: str | None = None


class PutToPoll(Event, name="appraisal.put_to_poll"):
    """The subject was put to a poll."""

    poll_id: str
    responsible: str
    on: date


class PollRefused(Event, name="appraisal.poll_refused"):
    """The subject may not be put to a poll yet: the verdict `refused`."""

    poll_id: str
    reasons: tuple[Bar, ...]
    on: date


class WithdrawnFromPoll(Event, name="appraisal.withdrawn_from_poll"):
    """The subject was taken out of a poll."""

    poll_id: str
    reason: str
    on: date


class Judged(Event, name="appraisal.judged"):
    """A poll came to a verdict; one that decides nothing leaves room for another. `result`: what was counted."""

    poll_id: str
    result: PollResult
    verdict: Verdict
    responsible: str
    on: date


class Criticised(Event, name="appraisal.criticised"):
    """The subject failed: criticism 批评, recorded; rectification by a deadline follows."""

    responsible: str
    on: date


class HeadReplaced(Event, name="appraisal.head_replaced"):
    """From the day `from_` on another person answers for the post."""

    responsible: str
    from_: date
