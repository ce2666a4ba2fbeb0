"""Reading what may be public from the log. The read model says where to look; what is public says `published.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain.cases.assessment.state import Stage as YearStage
from domain.cases.case import CaseKind, fold
from domain.cases.governance import VOIDED
from domain.cases.poll.state import Stage as PollStage
from domain.cases.registry import GOVERNED
from domain.policy.document import BallotAudience
from eventstore.database import in_town
from eventstore.reader import last_position, read_streams
from projections.cases import cases
from projections.year_end import read_year
from web.board.published import (
    POSTED,
    PublicPoll,
    PublicProposal,
    PublicRanking,
    annulled,
    in_order,
    poll_of,
    proposal_of,
    ranking_of,
)
from web.polls import read_poll
from web.site import Site

_RANKED = (YearStage.PUBLICITY, YearStage.OBJECTIONS, YearStage.FINAL)


@dataclass(frozen=True)
class Board:
    """A year's public board."""

    year: int
    years: tuple[int, ...]
    ranking: PublicRanking | None
    annulled: bool
    proposals: Sequence[PublicProposal]
    polls: Sequence[PublicPoll]

    @property
    def empty(self) -> bool:
        """Whether nothing of the year is public."""
        return self.ranking is None and not self.annulled and not self.proposals and not self.polls


async def public_years(site: Site) -> tuple[int, ...]:
    """The years of which a ranking or a proposal is public, latest first."""
    stages = {
        CaseKind.ASSESSMENT: [stage.value for stage in _RANKED],
        CaseKind.PROPOSAL: [stage.value for stage in POSTED],
    }
    found: set[int] = set()
    async with in_town(site.engine, site.town) as connection:
        for kind, wanted in stages.items():
            query = select(cases.c.year).where(
                cases.c.town == site.town, cases.c.kind == kind.value, cases.c.stage.in_(wanted)
            )
            found |= set((await connection.execute(query.distinct())).scalars())
    return tuple(sorted(found, reverse=True))


async def read_board(site: Site, year: int | None) -> Board:
    """The board of a year; None: of the latest one with anything public."""
    years = await public_years(site)
    wanted = year if year is not None else (years[0] if years else site.today().year)
    figures = await read_year(site.engine, site.town, wanted)
    return Board(
        year=wanted,
        years=years,
        ranking=ranking_of(figures, site.today()),
        annulled=annulled(figures),
        proposals=await _proposals(site, wanted),
        polls=await read_polls(site, wanted, BallotAudience.PUBLIC),
    )


async def read_polls(site: Site, year: int, audience: BallotAudience) -> list[PublicPoll]:
    """The counted polls of a year that are for this audience, in order of their days."""
    query = select(cases.c.case_id, cases.c.stage, cases.c.outcome).where(
        cases.c.town == site.town, cases.c.kind == CaseKind.POLL.value, cases.c.year == year
    )
    async with in_town(site.engine, site.town) as connection:
        rows = (await connection.execute(query)).all()
    found = []
    for row in rows:
        if PollStage.COUNTED.value not in (row.stage, row.outcome):
            continue
        poll = await read_poll(site.engine, site.town, row.case_id)
        if poll is not None and (shown := poll_of(poll, row.stage == VOIDED, audience)) is not None:
            found.append(shown)
    return sorted(found, key=lambda each: (each.day, each.case_id))


async def _proposals(site: Site, year: int) -> list[PublicProposal]:
    query = select(cases.c.stream).where(
        cases.c.town == site.town,
        cases.c.kind == CaseKind.PROPOSAL.value,
        cases.c.year == year,
        cases.c.stage.in_([stage.value for stage in POSTED]),
    )
    async with in_town(site.engine, site.town) as connection:
        names = list((await connection.execute(query)).scalars())
        upto = await last_position(connection, site.town)
        streams = await read_streams(connection, site.town, names, upto=upto) if names else {}
    decider = GOVERNED[CaseKind.PROPOSAL]
    found = [proposal_of(fold(decider, events)) for events in streams.values()]
    return in_order([each for each in found if each is not None])
