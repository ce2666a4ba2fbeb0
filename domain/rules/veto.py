"""Veto 一票否决: years last in a row, and whom they are held against (rules `veto.*`).

A veto has these effects: no award that year, graded 不合格, and a proposal paper to 镇党委; the person is heard first.
Nobody is dismissed by the system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.policy.document import MissingYear, VetoFollows, VetoPolicy
from domain.rules.tenure import Tenure, head_on, part_year_months


class SubjectYear(BaseModel):
    """What a year's assessment found of one subject. The defaults say: assessed, and not last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    assessed: bool = True
    last: bool = False
    undecided: bool = False
    """Shares a last place that waits for a decision by hand."""
    too_small: bool = False
    """Ranked in a group too small to have a last."""


class YearRecord(BaseModel):
    """A year's assessment. A subject it does not name was not assessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    published_on: date
    """The day on which the ranking was made public; its head is vetoed under `veto.follows: unit`."""
    annulled: bool = False
    subjects: tuple[SubjectYear, ...]


class HistoryRow(BaseModel):
    """`veto.history`: a last place of a year before the town began, entered once and signed by two persons.

    It names who answered for that year. A year with a row was held, so whoever it does not name was not last; a year
    between without any row was not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    subject: str
    person: str


class Veto(BaseModel):
    """A veto of a person; `subject` is the one last in the final year."""

    model_config = ConfigDict(frozen=True)

    person: str
    subject: str
    years: tuple[int, ...]


class UnitFlag(BaseModel):
    """A unit was last long enough, but nobody answered for all those years: shown, and no veto."""

    model_config = ConfigDict(frozen=True)

    subject: str
    years: tuple[int, ...]


class VetoFindings(BaseModel):
    """What follows from a year's ranking."""

    model_config = ConfigDict(frozen=True)

    vetoes: tuple[Veto, ...] = ()
    unit_flagged: tuple[UnitFlag, ...] = ()


class _Place(StrEnum):
    LAST = "last"
    NOT_LAST = "not_last"
    UNDECIDED = "undecided"
    MISSING = "missing"


class _Memory:
    """All years known, by subject and by person. A recorded year wins over history rows of the same year."""

    def __init__(
        self,
        policy: VetoPolicy,
        records: Iterable[YearRecord],
        tenures: Sequence[Tenure],
        history: Iterable[HistoryRow],
    ) -> None:
        self._policy = policy
        self._tenures = tenures
        self.records = {record.year: record for record in records}
        self._places = {
            year: {subject.subject: _place(record, subject) for subject in record.subjects}
            for year, record in self.records.items()
        }
        self._history: dict[int, list[HistoryRow]] = {}
        for row in history:
            if row.year not in self.records:
                self._history.setdefault(row.year, []).append(row)
        self.first_year = min((*self.records, *self._history), default=0)

    def of_subject(self, subject: str, year: int) -> _Place:
        """A subject's place in a year."""
        if year in self._places:
            return self._places[year].get(subject, _Place.MISSING)
        rows = self._history.get(year)
        if rows is None:
            return _Place.MISSING
        return _Place.LAST if any(row.subject == subject for row in rows) else _Place.NOT_LAST

    def answering(self, subject: str, year: int) -> tuple[str, ...]:
        """Who answers for a subject in a year."""
        if year in self._history:
            return tuple(dict.fromkeys(row.person for row in self._history[year] if row.subject == subject))
        return part_year_months(self._policy, self._tenures, subject, year)

    def of_person(self, person: str, year: int) -> _Place:
        """A person's place in a year: last if any subject they answer for was; missing if none was assessed."""
        if year in self._history:
            named = any(row.person == person for row in self._history[year])
            return _Place.LAST if named else _Place.NOT_LAST
        places = {
            place for subject, place in self._places.get(year, {}).items() if person in self.answering(subject, year)
        }
        for place in (_Place.LAST, _Place.UNDECIDED, _Place.NOT_LAST):
            if place in places:
                return place
        return _Place.MISSING


def _place(record: YearRecord, subject: SubjectYear) -> _Place:
    if record.annulled or not subject.assessed or subject.too_small:
        return _Place.MISSING
    if subject.undecided:
        return _Place.UNDECIDED
    return _Place.LAST if subject.last else _Place.NOT_LAST


def missing_year(policy: VetoPolicy, place_in: Callable[[int], _Place], year: int, first_year: int) -> tuple[int, ...]:
    """`veto.missing_year`: the years last in a row that end with `year`, latest first.

    A missing year breaks the row or is bridged (passed over, not counted). An undecided one ends it either way: no veto
    may rest on a year whose last place is not decided.
    """
    years = []
    for earlier in range(year, first_year - 1, -1):
        place = place_in(earlier)
        if place is _Place.LAST:
            years.append(earlier)
        elif place is not _Place.MISSING or policy.missing_year is MissingYear.BREAKS:
            break
    return tuple(years)


def streak(policy: VetoPolicy, place_in: Callable[[int], _Place], year: int, first_year: int) -> tuple[int, ...] | None:
    """`veto.streak`: the last so many years of a row that is long enough and ends with `year`, earliest first; or None.

    A fourth year last completes a row again, with its last three years.
    """
    if place_in(year) is not _Place.LAST:
        return None
    row = missing_year(policy, place_in, year, first_year)
    return tuple(reversed(row[: policy.streak])) if len(row) >= policy.streak else None


def vetoes(
    policy: VetoPolicy,
    records: Sequence[YearRecord],
    tenures: Sequence[Tenure],
    history: Sequence[HistoryRow],
    year: int,
) -> VetoFindings:
    """`veto.follows`: the vetoes that the ranking of `year` brings, in the order of its subjects.

    `unit_and_person`: the unit was last and the same person answered for it in every one of those years.
    `unit`: the unit was last; its head on the day of publication is vetoed.
    `person`: the person was last in every year with one subject or another.
    Under the first two a unit that nobody can be vetoed for is flagged. Raises `ValueError` where `year` has no record.
    """
    memory = _Memory(policy, records, tenures, history)
    if year not in memory.records:
        raise ValueError(f"no assessment of {year} is recorded")
    if policy.follows is VetoFollows.PERSON:
        return _of_persons(policy, memory, year)
    return _of_units(policy, memory, tenures, year)


def _of_units(policy: VetoPolicy, memory: _Memory, tenures: Sequence[Tenure], year: int) -> VetoFindings:
    found: list[Veto] = []
    flagged: list[UnitFlag] = []
    record = memory.records[year]
    for subject in (each.subject for each in record.subjects):

        def place_in(past: int, subject: str = subject) -> _Place:
            return memory.of_subject(subject, past)

        years = streak(policy, place_in, year, memory.first_year)
        if years is None:
            continue
        if policy.follows is VetoFollows.UNIT:
            head = head_on(tenures, subject, record.published_on)
            persons: tuple[str, ...] = (head,) if head is not None else ()
        else:
            persons = tuple(
                person
                for person in memory.answering(subject, year)
                if all(person in memory.answering(subject, past) for past in years)
            )
        found += [Veto(person=person, subject=subject, years=years) for person in persons]
        if not persons:
            flagged.append(UnitFlag(subject=subject, years=years))
    return VetoFindings(vetoes=tuple(found), unit_flagged=tuple(flagged))


def _of_persons(policy: VetoPolicy, memory: _Memory, year: int) -> VetoFindings:
    found: dict[str, Veto] = {}
    last = (
        each.subject for each in memory.records[year].subjects if memory.of_subject(each.subject, year) is _Place.LAST
    )
    for subject in last:
        for person in memory.answering(subject, year):

            def place_in(past: int, person: str = person) -> _Place:
                return memory.of_person(person, past)

            years = streak(policy, place_in, year, memory.first_year)
            if years is not None:
                found.setdefault(person, Veto(person=person, subject=subject, years=years))
    return VetoFindings(vetoes=tuple(found.values()))
