"""What a scenario file holds. A model only says what each part looks like; how the parts fit is in `checks`."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from domain.cases.proposal.commands import Decision
from domain.cases.proposal.stages import Stage
from domain.cases.rectification.commands import ReportDecision
from domain.policy.document import Policy
from domain.policy.values import Count, Positive, Score, Switch
from domain.roster.posts import SubjectKind
from domain.rules.proposal import Step, VillageForm
from rehearsal.scenario.polls import Poll, RevotePoll
from rehearsal.scenario.values import Day, Id, Marks, OneOrMany, Part, Text, Year


class Subject(Part):
    """Who is appraised and assessed; `responsible` until a cycle's `heads` change it."""

    id: Id
    name: Text
    kind: SubjectKind
    responsible: Text


class Deputy(Part):
    """A deputy by name. One who has the name of the person appraised gets no ballot for that person."""

    id: Id
    name: Text


class LastPlace(Part):
    """A last place of a year before the first cycle."""

    year: Year
    subject: Id
    responsible: Text


class HeadChange(Part):
    """Another person is responsible from 00:00 of a day."""

    subject: Id
    responsible: Text
    from_: Day = Field(alias="from")


class ScenarioVotes(Part):
    """Votes of a meeting."""

    in_favour: Count = Field(alias="for")
    against: Count = 0
    abstain: Count = 0

    @property
    def cast(self) -> int:
        """All votes, abstentions included."""
        return self.in_favour + self.against + self.abstain


class ProposalStep(Part):
    """What one body does with a proposal. The two meetings vote; the others decide."""

    step: Step
    date: Day
    decision: Decision | None = None
    to: Stage | None = None
    reason: Text | None = None
    votes: ScenarioVotes | None = None
    form: VillageForm | None = None
    entitled: Positive | None = None
    present: Count | None = None


class Withdrawal(Part):
    """The village takes its proposal back."""

    date: Day
    reason: Text


class Proposal(Part):
    """A village's proposal and what became of it, step by step."""

    id: Id
    village: Text
    title: Text
    date: Day
    steps: tuple[ProposalStep, ...] = ()
    withdrawn: Withdrawal | None = None


class Question(Part):
    """A deputy's question at the report. Left open unless `answered` says how it was met."""

    id: Id
    answered: Literal["answer", "commitment"] | None = None
    due: Day | None = None
    date: Day | None = None


class Opinion(Part):
    """An itemised rectification opinion; a date left out: never."""

    id: Id
    implemented_on: Day | None = None
    checked_on: Day | None = None


class Extension(Part):
    """More time is asked for."""

    date: Day
    months: Positive = 1
    agreed: Switch = True


class Acceptance(Part):
    """What 镇人大 decides on a report."""

    date: Day
    decision: ReportDecision
    reason: Text | None = None


def _list_or_one(value: Any) -> str:
    return "#list" if isinstance(value, list | tuple) else "#one"


class RectificationPlay(Part):
    """What is done in a rectification, if there is one. A second report follows a rejected one."""

    plan_on: Day | None = None
    extension: Annotated[tuple[Extension, ...], OneOrMany] = ()
    report_on: Annotated[
        Annotated[tuple[Day, ...], Tag("#list")] | Annotated[Day, Tag("#one")], Discriminator(_list_or_one)
    ] = ()
    acceptance: Annotated[tuple[Acceptance, ...], OneOrMany] = ()
    revote: Annotated[tuple[RevotePoll, ...], OneOrMany] = ()

    @property
    def reports(self) -> tuple[date, ...]:
        """The days on which a report is handed in."""
        return self.report_on if isinstance(self.report_on, tuple) else (self.report_on,)


class DutyReport(Part):
    """One subject's duty report and all that follows it."""

    subject: Id
    report_on: Day | None = None
    questions: tuple[Question, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    filed_on: Day | None = None
    poll: Annotated[tuple[Poll, ...], OneOrMany] = ()
    rectification: RectificationPlay | None = None

    @property
    def given_on(self) -> date | None:
        """The day of the report; where the file does not say, the first day on which something came of it."""
        days = [question.date for question in self.questions]
        days += [day for opinion in self.opinions for day in (opinion.implemented_on, opinion.checked_on)]
        days += [self.filed_on, *(poll.date for poll in self.poll)]
        return self.report_on or min((day for day in days if day is not None), default=None)


class MethodMarks(Part):
    """Raw marks of one table."""

    reports: Marks
    documents: Marks
    site: Marks
    opinion: Marks


class Deduction(Part):
    """Points taken off one table."""

    table: Id
    points: Score
    reason: Text = "扣分"


class SubjectScores(Part):
    """One subject's scores: its marks in each table of the policy, by the table's key, and points beside them."""

    __pydantic_extra__: dict[str, MethodMarks] = Field(init=False)
    model_config = ConfigDict(extra="allow")

    bonus: Score = Fraction(0)
    deductions: tuple[Deduction, ...] = ()

    @property
    def tables(self) -> dict[str, MethodMarks]:
        """The marks by table."""
        return self.__pydantic_extra__


class YearEnd(Part):
    """The year-end assessment; its ranking is made public on `date`."""

    date: Day
    not_assessed: tuple[Id, ...] = ()
    scores: dict[Id, SubjectScores] = Field(default={})
    decide_last: tuple[Id, ...] = ()
    annulled: Switch = False


class Cycle(Part):
    """One year."""

    year: Year
    opens: Day
    heads: tuple[HeadChange, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    duty_reports: tuple[DutyReport, ...] = ()
    year_end: YearEnd | None = None


class Scenario(Part):
    """A whole scenario."""

    scenario: Text
    township: Text = "演练镇"
    calendar: Literal["weekends_only", "official"] = "official"
    policy: Policy = Policy()
    deputies: Annotated[
        Annotated[Positive, Tag("#one")] | Annotated[tuple[Deputy, ...], Tag("#list")],
        Discriminator(_list_or_one),
    ]
    ballots: Literal["cast", "counted"] = "cast"
    subjects: tuple[Subject, ...] = ()
    history: tuple[LastPlace, ...] = ()
    cycles: tuple[Cycle, ...]

    @property
    def deputy_count(self) -> int:
        """How many deputies there are."""
        return len(self.deputies) if isinstance(self.deputies, tuple) else self.deputies

    @property
    def roll(self) -> tuple[Deputy, ...]:
        """The deputies one by one; numbered where the scenario only says how many they are."""
        if isinstance(self.deputies, tuple):
            return self.deputies
        return tuple(Deputy(id=f"d{number}", name=f"代表{number}") for number in range(1, self.deputies + 1))

    def subject(self, subject_id: str) -> Subject:
        """The subject of an id that was checked."""
        return next(subject for subject in self.subjects if subject.id == subject_id)
