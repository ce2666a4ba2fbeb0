"""图表 and 档案: a year in pictures, and a subject's years. The figures are read; nothing is counted here."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from documents.charts.appraising import grades_picture, subject_rates_picture
from documents.charts.year import pictures_of_year, subject_ranks_picture
from documents.papers.making import rendered
from documents.papers.year_report import REPORT, report_facts
from projections.figures import TownYear
from projections.year_figures import SubjectYears, read_subject_years, read_town_year, read_vetoes
from web.accounts.access import may_see
from web.papers.download import download
from web.reading import years
from web.rendering import Screen
from web.site import Site
from web.words import KIND_WORDS, stage_word

_YEAR = Query(ge=1900, le=2999)


def picture_pages(site: Site, show: Screen) -> APIRouter:
    """The two pages."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/pictures")
    async def pictures(request: Request, year: Annotated[int | None, _YEAR] = None) -> HTMLResponse:
        known = await years(site.engine, site.town)
        wanted = year if year is not None else (known[0] if known else site.today().year)
        figures = await read_town_year(site.engine, site.town, wanted, site.today())
        return show(
            request,
            "pictures.html",
            "pictures",
            year=wanted,
            years=known,
            pictures=pictures_of_year(figures, KIND_WORDS, grades=False),
            may_see_subjects=_may_see_subjects(request),
            subjects=_subjects(figures) if _may_see_subjects(request) else [],
        )

    @router.get("/pictures/report.{form}")
    async def report(form: str, year: Annotated[int, _YEAR]) -> Response:
        if form not in REPORT.formats:
            raise HTTPException(404, "没有这种格式")
        figures = await read_town_year(site.engine, site.town, year, site.today())
        facts = await asyncio.to_thread(report_facts, figures, site.town_name, site.today(), KIND_WORDS)
        data = await asyncio.to_thread(rendered, REPORT, facts, form, site.papers)
        return download(data, f"{REPORT.title}（{year}年度）", f"report-{year}", form)

    @router.get("/subjects/{subject}")
    async def subject_page(request: Request, subject: str) -> HTMLResponse:
        found = None if "\x00" in subject else await read_subject_years(site.engine, site.town, subject)
        if found is None:
            raise HTTPException(404, f"没有测评对象 {subject}")
        drawn = [subject_rates_picture(found.appraised, found.name)] if found.appraised else []
        drawn += [subject_ranks_picture(found.ranked, found.name)] if found.ranked else []
        drawn += [grades_picture(each) for each in reversed(found.appraised) if each.rows]
        return show(
            request,
            "subject.html",
            "pictures",
            subject=found,
            pictures=[each for each in drawn if not each.empty],
            hidden=_hidden(found),
            vetoes=await read_vetoes(site.engine, site.town, subject),
            kinds=KIND_WORDS,
            stage_word=stage_word,
        )

    return router


def _may_see_subjects(request: Request) -> bool:
    session = getattr(request.state, "session", None)
    return session is None or may_see("/subjects/any", session.account.roles)


def _subjects(figures: TownYear) -> list[tuple[str, str]]:
    named = {each.subject: each.name for each in figures.ranked}
    named |= {each.subject: each.name for each in figures.rates}
    return sorted(named.items(), key=lambda pair: pair[1])


def _hidden(found: SubjectYears) -> list[str]:
    """The years whose polls had too few valid ballots for a breakdown."""
    small = (each for each in found.appraised if each.verdict.valid and not each.rows)
    return [f"{each.year} 年{'重新' if each.revote else ''}测评" for each in small]
