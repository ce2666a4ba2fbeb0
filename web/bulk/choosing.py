"""Which acts are done in batches, which cases they may be done in, and what each would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from domain.acts import Actor, Command, Refusal
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import StartAppraisal
from domain.roster.books import ROSTER
from web.accounts.concern import Concern
from web.acts.counter import Counter, Standing
from web.acts.desk import NOBODY_KNOWN
from web.acts.fields import Field, command_of, fields_of
from web.acts.next_steps import acts_of, awaited
from web.acts.said import foreseen_words
from web.reading import CaseRow, read_cases, read_town_book
from web.site import Site

BULK: Mapping[str, CaseKind] = {
    "start_appraisal": CaseKind.CYCLE,
    "submit_report": CaseKind.APPRAISAL,
    "file_opinions": CaseKind.APPRAISAL,
    "serve_notice": CaseKind.RECTIFICATION,
}
"""Acts that are the same for many cases at once: the heads of one meeting, the letters of one day."""
_EACH = frozenset({"subject"})
"""Fields that differ from case to case and are filled in from it."""


@dataclass(frozen=True)
class Candidate:
    """A case in which the act may be done, as far as its stage says."""

    key: str
    kind: CaseKind
    case_id: str
    title: str
    what: str
    """What distinguishes it, e.g. the kind of subject."""
    own: Mapping[str, str]
    actor: Actor


@dataclass(frozen=True)
class Previewed:
    """What the act would do in one case, or why it is refused."""

    candidate: Candidate
    command: Command
    follows: Sequence[str] = ()
    refused: str = ""


def command_named(act: str) -> type[Command] | None:
    """The act of a batch; None where it is not done in batches."""
    return acts_of(BULK[act])[act] if act in BULK else None


def shared_fields(command: type[Command]) -> list[Field]:
    """The fields that are filled in once for the whole batch."""
    return [field for field in fields_of(command) if field.name not in _EACH]


async def candidates_of(site: Site, concern: Concern, command: type[Command]) -> list[Candidate]:
    """Where the act may be done now, by whoever looks."""
    rows = concern.among(await read_cases(site.engine, site.town))
    kind = BULK[command.act]
    waiting = [row for row in rows if row.open and row.kind is kind and command in awaited(kind, row.stage)]
    theirs = [(row, actor) for row in waiting if (actor := _actor(concern, row, command)) is not None]
    if command is StartAppraisal:
        return await _subjects(site, rows, theirs)
    return [
        Candidate(f"{row.kind.value}/{row.case_id}", row.kind, row.case_id, row.title, row.case_id, {}, actor)
        for row, actor in theirs
    ]


def _actor(concern: Concern, row: CaseRow, command: type[Command]) -> Actor | None:
    return NOBODY_KNOWN if concern.roles is None else concern.actor(row, command)


async def _subjects(site: Site, rows: Sequence[CaseRow], cycles: Sequence[tuple[CaseRow, Actor]]) -> list[Candidate]:
    """The posts of the roster that have no appraisal in an open year yet."""
    posts = (await read_town_book(site.engine, site.town, ROSTER)).posts(site.today())
    begun = {(row.year, row.subject) for row in rows if row.kind is CaseKind.APPRAISAL}
    return [
        Candidate(
            f"cycle/{cycle.case_id}/{post.id}",
            CaseKind.CYCLE,
            cycle.case_id,
            f"{cycle.year} 年 {post.name}",
            _WORDS.get(post.kind.value, post.kind.value),
            {"subject": post.id},
            actor,
        )
        for cycle, actor in cycles
        for post in posts
        if (cycle.year, post.id) not in begun
    ]


_WORDS: Mapping[str, str] = {
    "station": "站所",
    "window": "服务窗口",
    "village_secretary": "村支书",
    "village_director": "村主任",
    "village": "村",
}


async def preview(
    counter: Counter, command: type[Command], filled: Mapping[str, str], chosen: Sequence[Candidate]
) -> list[Previewed]:
    """What each would do. Raises `Unfit` where the shared fields are none of the act's."""
    standings: dict[tuple[CaseKind, str], Standing | None] = {}
    seen = []
    for candidate in chosen:
        place = (candidate.kind, candidate.case_id)
        if place not in standings:
            standings[place] = await counter.standing(*place)
        made = command_of(command, {**filled, **candidate.own})
        seen.append(_foreseen(counter, standings[place], Previewed(candidate, made)))
    return seen


def _foreseen(counter: Counter, standing: Standing | None, previewed: Previewed) -> Previewed:
    if standing is None:
        return replace(previewed, refused="没有这个案件；请刷新页面。")
    try:
        foreseen = counter.foresee(standing, previewed.command, previewed.candidate.actor)
    except Refusal as refusal:
        return replace(previewed, refused=refusal.message)
    return replace(previewed, follows=foreseen_words(foreseen).follows)
