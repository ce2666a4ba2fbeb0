"""What can be done in an appraisal's case (述职、提问、整改意见、测评). The result of a poll is told by the poll."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from domain.acts import Command, Role
from domain.roster.posts import Post


class ReportForm(StrEnum):
    """How the duty and integrity report is given."""

    SPOKEN = "spoken"
    WRITTEN = "written"


class OpenAppraisal(Command, name="open_appraisal", by=(Role.STAFF, Role.PRESIDIUM, Role.SYSTEM)):
    """The appraisal of a post begins; opens the case."""

    year: int
    subject: Post


class SubmitReport(Command, name="submit_report", by=(Role.STAFF, Role.HEAD)):
    """The head reports on duty and integrity 述职述廉."""

    form: ReportForm = ReportForm.SPOKEN


class Rating(StrEnum):
    """What a deputy thinks of the answer to their question, or of the commitment."""

    SATISFIED = "satisfied"
    PARTLY_SATISFIED = "partly_satisfied"
    UNSATISFIED = "unsatisfied"


class RaiseQuestion(Command, name="raise_question", by=(Role.STAFF, Role.DEPUTY)):
    """A deputy asks at the report 述职提问. A deputy asks in their own name; for others the staff record it."""

    question_id: str = Field(min_length=1)
    text: str = ""
    deputy: str | None = None


class AnswerQuestion(Command, name="answer_question", by=(Role.STAFF, Role.HEAD)):
    """The head answers a question 答复."""

    question_id: str
    text: str = ""


class CommitToQuestion(Command, name="commit_to_question", by=(Role.STAFF, Role.HEAD)):
    """The head commits to something instead of an answer 承诺."""

    question_id: str
    measure: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    due: date


class MarkCommitment(Command, name="mark_commitment", by=(Role.STAFF, Role.PRESIDIUM)):
    """A commitment is found kept, in time or late, or broken."""

    question_id: str
    kept: bool


class RateAnswer(Command, name="rate_answer", by=(Role.STAFF, Role.DEPUTY)):
    """The deputy who asked rates the answer or the commitment; rated again, the later rating counts.

    It is recorded and shown, and decides nothing: whether a commitment was kept is found by 镇人大.
    """

    question_id: str
    rating: Rating
    text: str = ""


class ItemiseOpinion(Command, name="itemise_opinion", by=(Role.STAFF, Role.PRESIDIUM)):
    """The deputies' opinions are sorted into one rectification opinion 整改意见."""

    opinion_id: str = Field(min_length=1)
    text: str = ""


class FileOpinions(Command, name="file_opinions", by=(Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE)):
    """The opinions are filed with the discipline office 镇纪委备案. `number`: the office's file number."""

    number: str = ""


class ReportImplementation(Command, name="report_implementation", by=(Role.STAFF, Role.HEAD)):
    """The head reports that an opinion is implemented."""

    opinion_id: str


class CheckImplementation(Command, name="check_implementation", by=(Role.STAFF, Role.PRESIDIUM)):
    """镇人大 checks the implementation of an opinion; the result goes to the deputies."""

    opinion_id: str
    satisfied: bool = True


class WaiveImplementation(Command, name="waive_implementation", by=(Role.STAFF, Role.PRESIDIUM)):
    """The presidium lets the poll be held before every opinion is implemented."""

    reason: str = Field(min_length=1)


class PutToPoll(Command, name="put_to_poll", by=(Role.STAFF, Role.PRESIDIUM, Role.SYSTEM)):
    """The subject is put to a poll; `poll_id` is the id of the poll's case.

    `responsible`: who holds the post, where the case does not know.
    """

    poll_id: str = Field(min_length=1)
    responsible: str | None = None


class WithdrawFromPoll(Command, name="withdraw_from_poll", by=(Role.STAFF, Role.PRESIDIUM)):
    """The poll will not be held (it was called by mistake); the subject may be put to another."""

    poll_id: str
    reason: str = Field(min_length=1)


class ReplaceHead(Command, name="replace_head", by=(Role.STAFF, Role.SYSTEM)):
    """From the day `from_` on another person answers for the post."""

    responsible: str = Field(min_length=1)
    from_: date
