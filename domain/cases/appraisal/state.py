"""An appraisal after its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.cases.appraisal.commands import Rating, ReportForm
from domain.cases.holders import Holders
from domain.rules.questions import Standing, open_questions
from domain.rules.verdict import Outcome, Verdict


class Stage(StrEnum):
    """Where an appraisal stands: the next thing to be done."""

    AWAITING_REPORT = "awaiting_report"
    QUESTIONS = "questions"
    FILING = "filing"
    IMPLEMENTATION = "implementation"
    READY = "ready"
    POLL = "poll"
    FOLLOW_UP = "follow_up"
    """Judged; commitments or opinions are still followed."""
    CLOSED = "closed"


@dataclass(frozen=True)
class Question:
    """A question with its answer or commitment."""

    standing: Standing = Standing.OPEN
    settled_on: date | None = None
    due: date | None = None
    """Of a commitment."""
    due_passed: bool = False
    """The passing of the due date is recorded."""
    kept: bool | None = None
    """Of a commitment: None while nobody has marked it."""
    marked_on: date | None = None
    deputy: str | None = None
    """Who asked; None where that was not recorded."""
    rating: Rating | None = None

    @property
    def followed(self) -> bool:
        """Whether it is a commitment that is neither kept nor broken yet."""
        return self.standing is Standing.COMMITTED and self.kept is None

    @property
    def late(self) -> bool:
        """Whether it is a commitment that was kept after its due date."""
        if not self.kept or self.due is None or self.marked_on is None:
            return False
        return self.marked_on > self.due


@dataclass(frozen=True)
class Opinion:
    """A rectification opinion."""

    reported_on: date | None = None
    checked_on: date | None = None
    """When its implementation was found satisfying."""

    @property
    def implemented(self) -> bool:
        """Implemented and checked."""
        return self.checked_on is not None


@dataclass(frozen=True)
class AppraisalState:
    """An appraisal after its events."""

    year: int = 0
    holders: Holders | None = None
    """None before the case is opened."""
    opened_on: date | None = None
    form: ReportForm | None = None
    reported_on: date | None = None
    filing_due: date | None = None
    filing_overdue: bool = False
    filed_on: date | None = None
    questions: dict[str, Question] = field(default_factory=dict)
    opinions: dict[str, Opinion] = field(default_factory=dict)
    waived: str | None = None
    """The presidium's reason."""
    poll_id: str | None = None
    """The poll to which the subject is put."""
    put_on: date | None = None
    responsible_at_poll: str | None = None
    past_polls: frozenset[str] = frozenset()
    """Polls whose result is recorded."""
    verdict: Verdict | None = None
    """Of the last poll, refused ones included."""
    judged_on: date | None = None
    responsible: str | None = None
    """Who held the post at the last poll."""
    criticised: bool = False

    @property
    def subject_id(self) -> str:
        """The post's id; empty before the case is opened."""
        return "" if self.holders is None else self.holders.post.id

    @property
    def standings(self) -> dict[str, Standing]:
        """Where each question stands."""
        return {key: question.standing for key, question in self.questions.items()}

    @property
    def open_questions(self) -> tuple[str, ...]:
        """Questions with neither answer nor commitment."""
        return open_questions(self.standings)

    @property
    def unimplemented(self) -> tuple[str, ...]:
        """Opinions not implemented, or not found so."""
        return tuple(key for key, opinion in self.opinions.items() if not opinion.implemented)

    @property
    def unfiled(self) -> bool:
        """Whether there are opinions that are to be filed."""
        return bool(self.opinions) and self.filed_on is None

    @property
    def decided(self) -> bool:
        """Whether a poll decided: pass or fail."""
        return self.verdict is not None and self.verdict.decides

    @property
    def failed(self) -> bool:
        """Whether the subject must rectify."""
        return self.verdict is not None and self.verdict.verdict is Outcome.FAIL

    @property
    def unsettled(self) -> bool:
        """Whether something is still followed when the poll is over."""
        unimplemented = bool(self.unimplemented) and self.waived is None
        return (
            unimplemented
            or self.unfiled
            or bool(self.open_questions)
            or any(question.followed for question in self.questions.values())
        )

    @property
    def open(self) -> bool:
        """False once nothing more can happen."""
        return not self.decided or self.unsettled

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.decided:
            return Stage.FOLLOW_UP if self.unsettled else Stage.CLOSED
        if self.poll_id is not None:
            return Stage.POLL
        if self.reported_on is None:
            return Stage.AWAITING_REPORT
        if self.open_questions:
            return Stage.QUESTIONS
        if self.unfiled:
            return Stage.FILING
        return Stage.IMPLEMENTATION if self.unimplemented and self.waived is None else Stage.READY
