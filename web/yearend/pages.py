"""The year-end page, a subject's score sheet, and the ranking as a file."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from documents.score_sheets import write_ranking
from domain.acts import Command
from domain.cases.assessment.commands import (
    AnnulYear,
    DecideLast,
    DecideObjection,
    EnterScores,
    PublishRanking,
    RaiseObjection,
)
from domain.cases.assessment.state import Stage
from domain.cases.case import CaseKind
from domain.roster.books import ROSTER
from projections.year_end import YearFigures, read_year, read_year_with_streaks
from web.accounts.forms import refuse_foreign_form
from web.acts.pages import may_do
from web.reading import read_case, read_town_book, years
from web.rendering import Screen
from web.site import Site
from web.yearend.words import person, steps_of

HERE = "yearend"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCORERS = 5
"""Columns that a form has room for at first: with so many marks, extremes are dropped by default."""
_ACTS: Mapping[str, type[Command]] = {
    "enter": EnterScores,
    "publish": PublishRanking,
    "decide_last": DecideLast,
    "object": RaiseObjection,
    "decide_objection": DecideObjection,
    "annul": AnnulYear,
}


def excel(data: bytes, name: str) -> Response:
    """A workbook to be saved under a name."""
    return Response(data, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})


async def year_of(site: Site, year: int) -> YearFigures:
    """The assessment of a year. 404 where there is none, or it is void."""
    figures = await read_year(site.engine, site.town, year)
    if figures is None or figures.voided:
        raise HTTPException(404, f"{year} 年度还没有年终考核")
    return figures


def yearend_pages(site: Site, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    @router.get("/yearend")
    async def overview(request: Request, year: int | None = None, done: str = "") -> HTMLResponse:
        known = await years(site.engine, site.town)
        wanted = year if year is not None else (known[0] if known else site.today().year)
        found = await read_year_with_streaks(site.engine, site.town, wanted)
        roster = await read_town_book(site.engine, site.town, ROSTER)
        figures, streaks = found if found is not None else (None, ())
        return show(
            request,
            "yearend_year.html",
            HERE,
            year=wanted,
            years=known,
            figures=figures,
            steps=list(steps_of(figures)) if figures is not None else [],
            streaks=streaks,
            stages=Stage,
            cycle=await read_case(site.engine, site.town, CaseKind.CYCLE, str(wanted)),
            may={name: may_do(request, command) for name, command in _ACTS.items()},
            next_objection=f"Y{len(figures.objections) + 1}" if figures is not None else "",
            person=lambda key: person(roster, key),
            done=done,
        )

    @router.get("/yearend/{year}/ranking.xlsx")
    async def ranking(year: int) -> Response:
        return excel(write_ranking(await year_of(site, year), site.town_name), f"ranking-{year}.xlsx")

    @router.get("/yearend/{year}")
    async def of_year(year: int) -> Response:
        return RedirectResponse(f"/yearend?year={year}", status_code=303)

    return router
