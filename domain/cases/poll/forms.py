"""The paper forms 测评票 of a poll: what stands on them, and which subjects share one.

A form is told from another by its series and number, `A-012`. Subjects with the same voters share the forms of series
A. A subject from which deputies are recused has forms and a series of its own: on a shared form its rows would have to
be struck out for the recused, and those forms would say whose they are.
"""

from __future__ import annotations

from datetime import date
from string import ascii_uppercase

from pydantic import BaseModel, ConfigDict

from domain.cases.poll.state import PollState
from domain.policy.appraisal import AppraisalPolicy
from domain.policy.values import Term
from domain.roster.state import RosterState
from domain.rules.counting import ABSTAIN

OVERALL_ROW = Term(key="overall", name="综合评价")
ABSTENTION = Term(key=ABSTAIN, name="弃权")


class FormSubject(BaseModel):
    """A subject as a form names it."""

    model_config = ConfigDict(frozen=True)

    subject: str
    name: str
    responsible: str
    """Name of who held the post on the poll's day; empty where nobody did."""


class FormSeries(BaseModel):
    """Forms that hold the same subjects."""

    model_config = ConfigDict(frozen=True)

    letter: str
    subjects: tuple[FormSubject, ...]
    forms: int
    """How many deputies may fill one: the forms to be printed at least."""

    def number(self, form: int) -> str:
        """A form's number as it is printed."""
        return f"{self.letter}-{form:03d}"


class PollForms(BaseModel):
    """Everything that the forms of a poll say."""

    model_config = ConfigDict(frozen=True)

    poll: str
    """The id of the poll's case."""
    day: date | None
    revote: bool
    questions: tuple[Term, ...]
    """The rows of a subject, in order."""
    grades: tuple[Term, ...]
    """The scale, best first; 弃权 is a column after it."""
    series: tuple[FormSeries, ...]

    @property
    def title(self) -> str:
        """The heading of every form."""
        return "民主测评票（再次测评）" if self.revote else "民主测评票"

    def of_letter(self, letter: str) -> FormSeries | None:
        """The series of that letter."""
        return next((each for each in self.series if each.letter == letter), None)

    def of_subject(self, subject: str) -> FormSeries | None:
        """The series whose forms hold that subject."""
        return next((each for each in self.series if any(one.subject == subject for one in each.subjects)), None)


def letter_of(index: int) -> str:
    """A, B, … Z, AA, AB, …: a letter for each series."""
    high, low = divmod(index, len(ascii_uppercase))
    return (letter_of(high - 1) if high else "") + ascii_uppercase[low]


def forms_of(state: PollState, roster: RosterState, policy: AppraisalPolicy) -> PollForms:
    """The forms of a poll under the policy that its case has pinned."""
    day = state.opened_on or state.day

    def named(subject: str) -> FormSubject:
        known = roster.subjects.get(subject)
        holder = roster.head(subject, day) if day is not None else None
        deputy = roster.deputies.get(holder or "")
        responsible = deputy.name if deputy is not None else holder or ""
        return FormSubject(subject=subject, name=known.name if known else subject, responsible=responsible)

    shared = [item for item in state.items if item.recused == 0]
    groups = [shared] if shared else []
    groups += [[item] for item in state.items if item.recused > 0]
    return PollForms(
        poll=state.case_id,
        day=day,
        revote=state.revote,
        questions=(OVERALL_ROW, *(policy.dimensions if state.with_dimensions else ())),
        grades=policy.grades,
        series=tuple(
            FormSeries(
                letter=letter_of(index),
                subjects=tuple(named(item.subject) for item in group),
                forms=max(item.entitled for item in group),
            )
            for index, group in enumerate(groups)
        ),
    )
