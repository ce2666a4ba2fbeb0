"""Scores from Excel: a file to fill in, uploaded, every fault by its cell, and what it would change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from documents.roster_import import mark_faults
from documents.score_sheets import Filled, read_scores, write_scores
from domain.acts import Refusal
from domain.cases.assessment.commands import EnterScores
from domain.cases.assessment.state import Stage
from domain.faults import Fault, Invalid
from projections.year_end import YearFigures
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of, may_do
from web.rendering import Screen
from web.site import Site
from web.yearend.pages import HERE, SCORERS, excel, year_of
from web.yearend.plan import Plan, plan_of


def intake_pages(site: Site, counter: Counter, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    def upload_page(
        request: Request,
        figures: YearFigures,
        *,
        faults: Sequence[Fault] = (),
        plan: Plan | None = None,
        said: str = "",
        status_code: int = 200,
    ) -> HTMLResponse:
        values: dict[str, Any] = {"figures": figures, "faults": faults, "plan": plan, "said": said}
        open_ = figures.stage is Stage.SCORING and may_do(request, EnterScores)
        return show(request, "yearend_import.html", HERE, status_code=status_code, open=open_, **values)

    @router.get("/yearend/{year}/scores.xlsx")
    async def template(year: int, scorers: int = SCORERS) -> Response:
        figures = await year_of(site, year)
        return excel(await asyncio.to_thread(write_scores, figures, site.town_name, scorers), f"scores-{year}.xlsx")

    @router.get("/yearend/{year}/import")
    async def upload(request: Request, year: int) -> HTMLResponse:
        return upload_page(request, await year_of(site, year))

    @router.post("/yearend/{year}/import")
    async def uploaded(
        request: Request, year: int, file: UploadFile | None = None, step: Annotated[str, Form()] = "look"
    ) -> Response:
        figures, actor = await year_of(site, year), actor_of(request, EnterScores)
        if file is None or not file.filename:
            return upload_page(request, figures, said="请选择填好的 Excel 文件。", status_code=422)
        data = await file.read()
        try:
            filled = await asyncio.to_thread(_read, data, figures)
        except Invalid as invalid:
            if step == "mark":
                marked = await asyncio.to_thread(_marked, data, invalid.faults)
                return excel(marked, f"scores-{year}-faults.xlsx")
            return upload_page(request, figures, faults=invalid.faults, status_code=422)
        try:
            plan = await plan_of(counter, figures, filled, actor)
        except Refusal as refusal:
            return upload_page(request, figures, said=refusal.message, status_code=422)
        said = "" if plan is not None else "表中内容与已录入的相同，没有要办理的。"
        return upload_page(request, figures, plan=plan, said=said)

    return router


def _read(data: bytes, figures: YearFigures) -> Filled:
    with TemporaryDirectory(prefix="jiandu-scores-") as folder:
        path = Path(folder) / "评分表.xlsx"
        path.write_bytes(data)
        return read_scores(path, figures)


def _marked(data: bytes, faults: Sequence[Fault]) -> bytes:
    with TemporaryDirectory(prefix="jiandu-scores-") as folder:
        path, target = Path(folder) / "评分表.xlsx", Path(folder) / "标红.xlsx"
        path.write_bytes(data)
        mark_faults(path, faults, target)
        return target.read_bytes()
