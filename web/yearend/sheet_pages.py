"""A subject's score sheet as a page: how its total came about, and the form to enter what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from domain.acts import Refusal
from domain.cases.assessment.commands import EnterScores
from domain.cases.assessment.state import Stage
from domain.roster.books import ROSTER
from projections.year_end import SubjectFigures, YearFigures
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of, may_do
from web.reading import read_town_book
from web.rendering import Screen
from web.site import Site
from web.yearend.pages import HERE, SCORERS, year_of
from web.yearend.plan import Plan, plan_of
from web.yearend.sheet import NEW_ENTRIES, columns_of, read_sheet, rows_of
from web.yearend.words import person


def sheet_pages(site: Site, counter: Counter, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def sheet_page(
        request: Request,
        figures: YearFigures,
        subject: SubjectFigures,
        scorers: int,
        *,
        filled: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
        plan: Plan | None = None,
        status_code: int = 200,
    ) -> HTMLResponse:
        order = [each.post.id for each in figures.subjects]
        place = order.index(subject.post.id)
        roster = await read_town_book(site.engine, site.town, ROSTER)
        return show(
            request,
            "yearend_sheet.html",
            HERE,
            status_code=status_code,
            figures=figures,
            subject=subject,
            scorers=scorers,
            rows=rows_of(figures, subject, scorers, filled or {}),
            filled=filled or {},
            faults=faults or {},
            plan=plan,
            entries=range(NEW_ENTRIES),
            following=figures.subjects[place + 1] if place + 1 < len(order) else None,
            may_enter=figures.stage is Stage.SCORING and may_do(request, EnterScores),
            person=lambda key: person(roster, key),
        )

    async def of(year: int, key: str) -> tuple[YearFigures, SubjectFigures]:
        figures = await year_of(site, year)
        subject = figures.subject(key)
        if subject is None:
            raise HTTPException(404, f"{year} 年度没有考核对象 {key}")
        return figures, subject

    @router.get("/yearend/{year}/sheets/{subject}")
    async def sheet(request: Request, year: int, subject: str, scorers: int = SCORERS) -> HTMLResponse:
        figures, found = await of(year, subject)
        return await sheet_page(request, figures, found, columns_of(found, scorers))

    @router.post("/yearend/{year}/sheets/{subject}")
    async def sheet_sent(request: Request, year: int, subject: str) -> Response:
        figures, found = await of(year, subject)
        filled = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        wanted = filled.get("scorers", "")
        scorers = columns_of(found, int(wanted) if wanted.isdecimal() else SCORERS)
        if filled.get("step") == "more":
            return await sheet_page(request, figures, found, columns_of(found, scorers + 1), filled=filled)
        actor = actor_of(request, EnterScores)
        given, faults = read_sheet(figures, found, filled, scorers)
        if not faults:
            try:
                plan = await plan_of(counter, figures, given, actor)
                if plan is not None:
                    return await sheet_page(request, figures, found, scorers, filled=filled, plan=plan)
                faults = {"": "没有改动：与已录入的相同。"}
            except Refusal as refusal:
                faults = {"": refusal.message}
        return await sheet_page(request, figures, found, scorers, filled=filled, faults=faults, status_code=422)

    return router
