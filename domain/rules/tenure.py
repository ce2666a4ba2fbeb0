"""Who held a post, and who answers for a year (rule `veto.part_year_months`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from domain.calendar import add_months
from domain.policy.document import VetoPolicy

_DAY = timedelta(days=1)
_LONGEST_MONTH = 31


class Tenure(BaseModel):
    """A person held a subject's post from `since` to `until`, both days included; None: from ever, or still."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    person: str
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the post was held on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class HeadChange(BaseModel):
    """As of a day somebody holds a subject's post; None: nobody does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    person: str | None
    since: date | None = None
    """None: the first head, from ever."""


def tenures_of(changes: Iterable[HeadChange]) -> tuple[Tenure, ...]:
    """The tenures that changes of heads amount to: each lasts to the day before the next one of the same subject.

    Of two changes of one subject on one day the later one in the list holds.
    """
    by_subject: dict[str, dict[date, str | None]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, {})[change.since or date.min] = change.person
    tenures = []
    for subject, heads in by_subject.items():
        days = sorted(heads)
        for day, following in zip(days, [*days[1:], None], strict=True):
            person = heads[day]
            if person is not None:
                since = None if day == date.min else day
                until = None if following is None else following - _DAY
                tenures.append(Tenure(subject=subject, person=person, since=since, until=until))
    return tuple(tenures)


def head_on(tenures: Sequence[Tenure], subject: str, day: date) -> str | None:
    """Who held a subject's post on a day; of several the one who took it last."""
    held = [tenure for tenure in tenures if tenure.subject == subject and tenure.covers(day)]
    held.sort(key=lambda tenure: tenure.since or date.min)
    return held[-1].person if held else None


def _periods(tenures: Sequence[Tenure], subject: str, person: str, year: int) -> list[tuple[date, date]]:
    """The parts of a year in which a person held the post, each to the day after its last; touching ones joined."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    parts = sorted(
        (max(first, tenure.since or first), min(after, tenure.until + _DAY if tenure.until else after))
        for tenure in tenures
        if tenure.subject == subject and tenure.person == person
    )
    joined: list[tuple[date, date]] = []
    for start, end in parts:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def months_held(tenures: Sequence[Tenure], subject: str, person: str, year: int) -> int:
    """Full months of a calendar year in which a person held the post.

    From 15 March to 14 September are six. Left-over days of several periods make a month for every 31.
    """
    whole = days = 0
    for start, end in _periods(tenures, subject, person, year):
        months = 0
        while add_months(start, months + 1) <= end:
            months += 1
        whole += months
        days += (end - add_months(start, months)).days
    return whole + days // _LONGEST_MONTH


def part_year_months(policy: VetoPolicy, tenures: Sequence[Tenure], subject: str, year: int) -> tuple[str, ...]:
    """`veto.part_year_months`: who answers for a subject in a year, having held the post for enough of its months; two
    heads may both answer, or nobody."""
    persons = dict.fromkeys(tenure.person for tenure in tenures if tenure.subject == subject)
    return tuple(person for person in persons if months_held(tenures, subject, person, year) >= policy.part_year_months)
