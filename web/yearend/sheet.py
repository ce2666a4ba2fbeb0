"""A subject's score sheet as a form: its fields by the policy, and a filled one made into what was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from documents.score_sheets import Filled, NewEntry
from documents.score_sheets.layout import MAX_SCORERS, Line, lines_of
from domain.policy.assessment import Method
from domain.policy.values import parse_score
from domain.rules.assessment import mark_of_items
from projections.year_end import SubjectFigures, YearFigures

NEW_ENTRIES = 3
"""Empty lines for bonuses and deductions; more in a second turn."""


@dataclass(frozen=True)
class Row:
    """A line of the form: what every scorer marks in it."""

    line: Line
    key: str
    values: tuple[str, ...]
    first: bool
    """Whether it is the first of its method, which shows mean and paper."""


def key_of(line: Line) -> str:
    """The beginning of the names of a line's fields."""
    return ".".join(("m", line.table.key, line.method.value, *(() if line.item is None else (line.item,))))


def number_text(value: Fraction) -> str:
    """A number as somebody would write it: `85`, `85.5`; one without an exact decimal as `1/3`."""
    if value.denominator == 1:
        return str(value.numerator)
    shown = repr(float(value))
    return shown if Fraction(shown) == value else f"{value.numerator}/{value.denominator}"


def rows_of(figures: YearFigures, subject: SubjectFigures, scorers: int, filled: Mapping[str, str]) -> list[Row]:
    """The lines with what was filled in, else with the marks entered before."""
    marks = {(t.table.key, part.method): part.marks for t in subject.tables for part in t.methods}
    rows, before = [], None
    for line in lines_of(figures.policy):
        key, entered = key_of(line), marks[line.table.key, line.method] if line.item is None else ()
        shown = [number_text(mark) for mark in entered] + [""] * scorers
        values = tuple(filled.get(f"{key}.{number}", shown[number]) for number in range(scorers))
        rows.append(Row(line, key, values, (line.table.key, line.method) != before))
        before = (line.table.key, line.method)
    return rows


def columns_of(subject: SubjectFigures, wanted: int) -> int:
    """How many scorers the form has room for."""
    most = max((len(part.marks) for table in subject.tables for part in table.methods), default=0)
    return min(MAX_SCORERS, max(1, wanted, most))


def read_sheet(
    figures: YearFigures, subject: SubjectFigures, filled: Mapping[str, str], scorers: int
) -> tuple[Filled, dict[str, str]]:
    """What was filled in, and what is wrong with it, by field."""
    faults: dict[str, str] = {}
    marks: dict[tuple[str, str, Method], tuple[Fraction, ...]] = {}
    papers: dict[tuple[str, str, Method], str] = {}
    lines: dict[tuple[str, Method], list[Line]] = {}
    for line in lines_of(figures.policy):
        lines.setdefault((line.table.key, line.method), []).append(line)
    for (table, method), parts in lines.items():
        given = [_scorer(parts, filled, number, faults) for number in range(scorers)]
        key = (subject.post.id, table, method)
        marks[key] = tuple(mark for mark in given if mark is not None)
        if paper := filled.get(f"p.{table}.{method.value}", "").strip():
            papers[key] = paper
    # The form shows the entries there are, as text; what it sends are new ones beside them.
    entries = [NewEntry(subject.post.id, each.table, each.points, each.reason) for each in subject.entries]
    for number in range(NEW_ENTRIES):
        entry = _entry(figures, subject.post.id, filled, number, faults)
        if entry is not None:
            entries.append(entry)
    return Filled(marks=marks, papers=papers, entries=tuple(entries)), faults


def _scorer(parts: list[Line], filled: Mapping[str, str], number: int, faults: dict[str, str]) -> Fraction | None:
    """One scorer's mark out of 100 of a table by one method; None where he gave none."""
    points: dict[str | None, Fraction] = {}
    for line in parts:
        name = f"{key_of(line)}.{number}"
        text = filled.get(name, "").strip()
        if not text:
            continue
        try:
            mark = parse_score(text)
        except ValueError as error:
            faults[name] = str(error)
            continue
        if not 0 <= mark <= line.full:
            faults[name] = f"应在 0 至 {number_text(line.full)} 之间"
        points[line.item] = mark
    if not points:
        return None
    if None in points:
        return points[None]
    for line in parts:
        if line.item not in points:
            faults.setdefault(f"{key_of(line)}.{number}", f"评委 {number + 1} 的各项目要么都评，要么都不评")
    if faults:
        return None
    return mark_of_items(parts[0].table, {str(item): mark for item, mark in points.items()}, {})


def _entry(
    figures: YearFigures, subject: str, filled: Mapping[str, str], number: int, faults: dict[str, str]
) -> NewEntry | None:
    kind, text, reason, paper = (
        filled.get(f"e.{number}.{name}", "").strip() for name in ("kind", "points", "reason", "paper")
    )
    if not text and not reason:
        return None
    tables = {f"off:{table.key}": table.key for table in figures.policy.tables}
    if kind not in ("bonus", "off", *tables):
        faults[f"e.{number}.kind"] = "请选择种类"
    if not reason:
        faults[f"e.{number}.reason"] = "必须写明理由"
    try:
        points = parse_score(text)
    except ValueError:
        faults[f"e.{number}.points"] = "分值应为数字"
        return None
    if points <= 0:
        faults[f"e.{number}.points"] = "应大于 0；扣分也填正数"
    if any(name.startswith(f"e.{number}.") for name in faults):
        return None
    return NewEntry(subject, tables.get(kind), -points if kind == "off" else points, reason, paper or None)
