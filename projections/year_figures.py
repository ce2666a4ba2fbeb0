"""Reading the figures of a town's year, or of a subject's years, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.cases.assessment.state import AssessmentState
from domain.cases.case import CaseKind
from domain.policy.document import Policy
from domain.roster.book import read
from domain.roster.books import POLICY
from domain.roster.standing import PolicyState
from domain.rules.rectification import lights
from eventstore.database import in_town
from eventstore.reader import last_position, read_streams
from projections.case_fold import CaseFold, fold_case
from projections.cases import cases
from projections.figures import (
    Appraised,
    Due,
    Ranked,
    TownYear,
    Turnout,
    appraised_of,
    by_subject,
    stages_of,
    turnout_of,
)
from projections.rankings import rankings

_JUDGED = (CaseKind.APPRAISAL, CaseKind.RECTIFICATION)


async def read_town_year(engine: AsyncEngine, town: str, year: int, today: date) -> TownYear:
    """The figures of a year; rates also of the years before it, and ranks of the year before."""
    async with in_town(engine, town) as connection:
        rows = await _case_rows(connection, town, year)
        policies = await _policies(connection, town)
        judged = [row["stream"] for row in rows if row["kind"] in _JUDGED]
        polls = [row["stream"] for row in rows if row["kind"] == CaseKind.POLL and row["year"] == year]
        folds = await _folds(connection, town, [*judged, *polls])
        names, placed = await _placed(connection, town, year)
    rates = _appraised(folds.values(), policies)
    this_year = [row for row in rows if row["year"] == year]
    lit = [(CaseKind(row["kind"]), row["open"], _light(row, today)) for row in this_year]
    turnout: list[Turnout] = [line for stream in polls if stream in folds for line in turnout_of(folds[stream])]
    return TownYear(
        year=year,
        stages=stages_of(lit),
        appraised=tuple(each for each in rates if each.year == year),
        rates=tuple(rates),
        ranked=tuple(_ranked(placed, names, year)),
        dues=tuple(_dues(this_year, today)),
        turnout=tuple(sorted(turnout, key=lambda line: (line.day or date.max, line.poll, -line.subjects))),
    )


@dataclass(frozen=True)
class SubjectYears:
    """What is known of a subject in all years."""

    subject: str
    name: str
    appraised: tuple[Appraised, ...]
    ranked: tuple[Ranked, ...]
    cases: tuple[Mapping[str, Any], ...]
    """Its rectifications and other cases, newest first."""


async def read_subject_years(engine: AsyncEngine, town: str, subject: str) -> SubjectYears | None:
    """A subject's years; None where no case names it."""
    async with in_town(engine, town) as connection:
        query = select(cases).where(cases.c.town == town, cases.c.subject == subject)
        rows = [dict(row._mapping) for row in await connection.execute(query.order_by(cases.c.opened_on.desc()))]
        ranked = [
            dict(row._mapping)
            for row in await connection.execute(
                select(rankings).where(rankings.c.town == town, rankings.c.subject == subject)
            )
        ]
        if not rows and not ranked:
            return None
        policies = await _policies(connection, town)
        folds = await _folds(connection, town, [row["stream"] for row in rows if row["kind"] in _JUDGED])
        names = await _names(connection, town, {row["stream"] for row in ranked})
    appraised = _appraised(folds.values(), policies)
    found = [_rank(row, names) for row in sorted(ranked, key=lambda row: (row["year"], row["line"]))]
    before = {(each.year, each.line): each.rank for each in found}
    placed = tuple(replace(each, before=before.get((each.year - 1, each.line))) for each in found)
    called = next((each.name for each in reversed(appraised)), None) or names.get(subject) or _title(rows, subject)
    return SubjectYears(subject, called, tuple(appraised), placed, tuple(rows))


async def read_vetoes(engine: AsyncEngine, town: str, subject: str) -> list[str]:
    """The vetoes and flags of a subject's final years, in words."""
    async with in_town(engine, town) as connection:
        query = select(cases.c.stream).where(cases.c.town == town, cases.c.kind == CaseKind.ASSESSMENT.value)
        streams = list((await connection.execute(query.order_by(cases.c.year))).scalars())
        folds = await _folds(connection, town, streams)
    said = []
    for stream in streams:
        fold = folds.get(stream)
        state = fold.state.inner if fold is not None and fold.state.voided is None else None
        if not isinstance(state, AssessmentState):
            continue
        said += [
            f"{state.year} 年度：建议对 {veto.person} 一票否决（{_years(veto.years)} 连续末位）"
            for veto in state.vetoes
            if veto.subject == subject
        ]
        said += [
            f"{state.year} 年度：单位列入提示（{_years(flag.years)} 末位，没有同一负责人）"
            for flag in state.flags
            if flag.subject == subject
        ]
    return said


def _years(found: Sequence[int]) -> str:
    return "、".join(str(year) for year in sorted(found))


def _title(rows: Sequence[Mapping[str, Any]], subject: str) -> str:
    return str(rows[0]["title"]) if rows else subject


async def _case_rows(connection: AsyncConnection, town: str, year: int) -> list[dict[str, Any]]:
    query = select(cases).where(cases.c.town == town, cases.c.year <= year)
    query = query.order_by(cases.c.due.asc().nulls_last(), cases.c.kind, cases.c.case_id)
    return [dict(row._mapping) for row in await connection.execute(query)]


async def _policies(connection: AsyncConnection, town: str) -> PolicyState:
    last = await last_position(connection, town)
    streams = await read_streams(connection, town, [POLICY.stream], upto=last)
    state: PolicyState = read(POLICY, streams.get(POLICY.stream, []))
    return state


async def _folds(connection: AsyncConnection, town: str, streams: Sequence[str]) -> dict[str, CaseFold]:
    if not streams:
        return {}
    read_ = await read_streams(connection, town, streams, upto=await last_position(connection, town))
    found = {stream: fold_case(events) for stream, events in read_.items()}
    return {stream: fold for stream, fold in found.items() if fold is not None}


async def _names(connection: AsyncConnection, town: str, streams: Iterable[str]) -> dict[str, str]:
    """The names of ranked subjects, as their assessments knew them; a later year's counts."""
    folds = sorted((await _folds(connection, town, sorted(streams))).values(), key=lambda fold: fold.facts.year)
    names: dict[str, str] = {}
    for fold in folds:
        state = fold.state.inner
        if isinstance(state, AssessmentState):
            names |= {key: post.name for key, post in state.subjects.items()}
    return names


async def _placed(connection: AsyncConnection, town: str, year: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
    query = select(rankings).where(rankings.c.town == town, rankings.c.year.in_([year - 1, year]))
    query = query.order_by(rankings.c.line, rankings.c.place)
    rows = [dict(row._mapping) for row in await connection.execute(query)]
    return await _names(connection, town, {row["stream"] for row in rows if row["year"] == year}), rows


def _appraised(folds: Iterable[CaseFold], policies: PolicyState) -> list[Appraised]:
    found = []
    for fold in folds:
        policy = policies.version(fold.policy_version) or Policy()
        if (each := appraised_of(fold, policy.appraisal)) is not None:
            found.append(each)
    grouped = by_subject(found)
    return [each for _, own in sorted(grouped.items(), key=lambda pair: pair[1][-1].name) for each in own]


def _rank(row: Mapping[str, Any], names: Mapping[str, str]) -> Ranked:
    return Ranked(
        year=row["year"],
        line=row["line"],
        subject=row["subject"],
        name=names.get(row["subject"], row["subject"]),
        rank=row["rank"],
        total=Fraction(row["total"]),
        printed=row["printed"],
        last=row["last"],
        undecided=row["last_undecided"],
        final=row["final"],
    )


def _ranked(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], year: int) -> list[Ranked]:
    before = {(row["line"], row["subject"]): row["rank"] for row in rows if row["year"] == year - 1}
    now = [_rank(row, names) for row in rows if row["year"] == year]
    return [replace(each, before=before.get((each.line, each.subject))) for each in now]


def _light(row: Mapping[str, Any], today: date) -> str:
    if not row["open"] or row["due"] is None:
        return "grey"
    return lights(Policy().rectification, row["due"], today, done=False).value


def _dues(rows: Sequence[Mapping[str, Any]], today: date) -> list[Due]:
    return [
        Due(
            day=row["due"],
            kind=CaseKind(row["kind"]),
            path=f"/cases/{row['kind']}/{row['case_id']}",
            title=row["title"],
            light=_light(row, today),
        )
        for row in rows
        if row["open"] and row["due"] is not None
    ]
