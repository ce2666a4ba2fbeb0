"""The board of rectifications as facts of a paper: the rows of the board itself, so that both say the same."""

from __future__ import annotations

from documents.papers.facts import day
from documents.papers.ledger import LedgerFacts, LedgerRow, ledger_facts
from web.rectifications import Row, read_board
from web.site import Site


async def read_ledger(site: Site, year: int | None) -> LedgerFacts:
    """The ledger of a year; None: of all years."""
    rows = [_row(row) for row in await read_board(site, year)]
    return ledger_facts(site.town_name, year, site.today(), rows)


def _row(row: Row) -> LedgerRow:
    return LedgerRow(
        post=row.post,
        responsible=row.responsible,
        stage=row.stage,
        served_on=day(row.served_on),
        plan_on=day(row.plan_on),
        due=day(row.due),
        extended="已延期" if row.extended else "",
        reported_on=day(row.reported_on),
        light=row.light.word,
        handling="已建议" if row.handling_proposed else "",
    )
