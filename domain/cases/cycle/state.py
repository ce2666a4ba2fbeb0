"""Where a town's year stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.cases.case import CaseKind, stream_of
from domain.roster.posts import Post


class Stage(StrEnum):
    """The three parts of supervision, and the end. The year is in the latest part that has begun."""

    PRIOR = "prior"
    IN_PROCESS = "in_process"
    POST = "post"
    CLOSED = "closed"

    def at_least(self, other: Stage) -> Stage:
        """The later of the two."""
        order = list(Stage)
        return max(self, other, key=order.index)


@dataclass(frozen=True)
class CaseOfYear:
    """A case that belongs to the year, as far as it has told of itself."""

    kind: CaseKind
    case_id: str
    outcome: str | None = None
    open: bool = True

    @property
    def stream(self) -> str:
        """The case's stream, which is also how it is named."""
        return stream_of(self.kind, self.case_id)

    @property
    def undecided(self) -> bool:
        """Whether the year waits for it. An approved proposal under way has its outcome and may outlive the year."""
        return self.open and self.outcome is None


@dataclass(frozen=True)
class Change:
    """A change of head. `told`: its day has come, and the appraisal was told."""

    subject: str
    responsible: str
    from_: date
    told: bool

    def names(self, subject: str, responsible: str, from_: date) -> bool:
        """Whether it is this very change."""
        return (self.subject, self.responsible, self.from_) == (subject, responsible, from_)


@dataclass(frozen=True)
class CycleState:
    """A year after its events."""

    year: int = 0
    deputies: int = 0
    subjects: dict[str, Post] = field(default_factory=dict)
    """The posts as they were when the year was opened."""
    changes: tuple[Change, ...] = ()
    cases: dict[str, CaseOfYear] = field(default_factory=dict)
    """By stream."""
    stage: Stage = Stage.PRIOR
    since: date | None = None
    """The date on which the year was opened; None before."""
    closed_on: date | None = None

    def has(self, kind: CaseKind, case_id: str) -> bool:
        """Whether the case was started in this year."""
        return stream_of(kind, case_id) in self.cases

    def holder(self, subject: str, day: date) -> str:
        """Who holds a post on a day; a change counts from its day on, the later entry of two for one day."""
        holder, since = self.subjects[subject].responsible, date.min
        for change in self.changes:
            if change.subject == subject and since <= change.from_ <= day:
                holder, since = change.responsible, change.from_
        return holder

    def post(self, subject: str, day: date) -> Post:
        """A post with its head of a day."""
        return self.subjects[subject].model_copy(update={"responsible": self.holder(subject, day)})

    def undecided(self) -> list[CaseOfYear]:
        """The cases for which the year waits."""
        return [case for case in self.cases.values() if case.undecided]
