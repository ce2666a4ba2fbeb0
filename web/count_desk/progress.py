"""How far one entry of a series is, and which form comes next for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.cases.poll.forms import FormSeries
from web.count_desk.door import Visit


@dataclass(frozen=True)
class Progress:
    """Forms of a series in one entry. `total`: those given out, as far as known."""

    series: FormSeries
    typed: int
    total: int
    mine: tuple[int, ...]
    """Those that this person has typed."""
    next: int | None
    """The first form of this person's that nobody of the entry has typed or is typing; None when there is none."""


def progress_of(visit: Visit, series: FormSeries, typed: Mapping[int, str], claims: Mapping[int, str]) -> Progress:
    """`typed` and `claims`: who has typed, and who has taken, each form of the series in this person's entry."""
    attendance = visit.poll.state.attendance.get(series.subjects[0].subject)
    total = attendance.issued if attendance is not None else series.forms
    free = (
        form
        for form in range(1, max(total, visit.seat.last or 0) + 1)
        if visit.seat.takes(form) and form not in typed and claims.get(form, visit.seat.person) == visit.seat.person
    )
    mine = tuple(sorted(form for form, person in typed.items() if person == visit.seat.person))
    return Progress(series, len(typed), total, mine, next(free, None))
