"""A year's arrangement as people write it: single days and periods, from and to text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pydantic import ValidationError

from domain.calendar import YearTable
from domain.faults import Fault, Invalid
from domain.faults_of import faults_of

_DAY = timedelta(days=1)
_SATURDAY = 5
_PARTS = re.compile(r"[\n,，、;；]+")
_PERIOD = re.compile(r"\s*(?:至|到|~|～|—|－)+\s*")
_DATE = re.compile(r"(?:(?P<year>\d{4})\s*[-年/.]\s*)?(?P<month>\d{1,2})\s*[-月/.]\s*(?P<day>\d{1,2})\s*[日号]?")
_LONGEST = 60


def read_table(year: int, rest: str, working: str) -> YearTable:
    """The table of a year from two texts. Raises `Invalid` with every fault."""
    faults: list[Fault] = []
    off = _days(year, rest, "放假", faults)
    worked = _days(year, working, "调休上班", faults)
    faults += [
        Fault(path="调休上班", message=f"{day.isoformat()} 是周一至周五，本来就是工作日，不用写")
        for day in worked
        if day.weekday() < _SATURDAY
    ]
    if faults:
        raise Invalid(faults)
    # A period names the weekends in it too; the table holds what differs from plain weeks.
    weekdays = tuple(sorted({day for day in off if day.weekday() < _SATURDAY}))
    if both := set(off) & set(worked):
        raise Invalid([Fault(path="调休上班", message=f"{min(both).isoformat()} 既写作放假又写作上班")])
    try:
        return YearTable(year=year, rest_days=weekdays, working_days=tuple(sorted(set(worked))))
    except ValidationError as error:
        raise Invalid(faults_of(error, model=YearTable)) from error


def written(days: Iterable[date]) -> str:
    """Days as text that `read_table` reads: periods where they follow each other."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] + _DAY == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "\n".join(run[0].isoformat() if len(run) == 1 else f"{run[0]} 至 {run[-1]}" for run in runs)


def written_singly(days: Sequence[date]) -> str:
    """The same with a line for each day."""
    return "\n".join(day.isoformat() for day in sorted(days))


def _days(year: int, text: str, where: str, faults: list[Fault]) -> list[date]:
    found: list[date] = []
    for part in filter(None, (part.strip() for part in _PARTS.split(text))):
        ends = _PERIOD.split(part)
        try:
            days = [_date(year, end) for end in ends]
            if len(days) > 2:
                raise ValueError
            first, last = days[0], days[-1]
            if not 0 <= (last - first).days <= _LONGEST:
                raise ValueError
        except ValueError:
            message = f"“{part[:40]}”看不懂；写作 {year}-10-01，或 {year}-10-01 至 {year}-10-07，一行一项"
            faults.append(Fault(path=where, message=message))
            continue
        found += [first + _DAY * offset for offset in range((last - first).days + 1)]
    return found


def _date(year: int, text: str) -> date:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return date(int(match["year"] or year), int(match["month"]), int(match["day"]))
