"""The papers of a case as files, and their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from documents.papers.catalogue import PAPERS
from documents.papers.making import made
from documents.papers.paper import Paper
from domain.acts import Refusal
from domain.cases.case import CaseKind, stream_of
from web.accounts.concern import read_concern
from web.accounts.forms import refuse_foreign_form
from web.papers.download import download
from web.papers.files import may_take, read_file, sees_all
from web.papers.numbers import NumberStore
from web.reading import CaseRow, read_case
from web.site import Site

Show = Callable[..., HTMLResponse]


def paper_pages(site: Site, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    numbers = NumberStore(site.engine, site.town)

    async def taken(request: Request, kind: CaseKind, case_id: str, key: str) -> tuple[CaseRow, Paper, bool]:
        """The case and the paper, and whether they may number it. 404 where it is none of theirs."""
        row = await read_case(site.engine, site.town, kind, case_id)
        concern = await read_concern(site, request.state.session)
        paper = PAPERS.get(key)
        if row is None or paper is None or kind not in paper.kinds or not may_take(concern, row, paper):
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它没有这份文书")
        return row, paper, sees_all(concern)

    @router.get("/cases/{kind}/{case_id}/papers/{paper}.{form}")
    async def file(request: Request, kind: CaseKind, case_id: str, paper: str, form: str) -> Response:
        _, wanted, _ = await taken(request, kind, case_id, paper)
        case = await read_file(site, kind, case_id)
        if case is None or form not in wanted.formats:
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它没有这份文书")
        try:
            data = await asyncio.to_thread(made, wanted, case, form, site.papers)
        except Refusal as refusal:
            return show(
                request, "error.html", "year", status_code=422, message=refusal.message, advice="回到案件页面再试。"
            )
        return download(data, f"{wanted.title}（{case.title}）", f"{paper}-{kind.value}", form)

    @router.post("/cases/{kind}/{case_id}/papers/{paper}/number")
    async def number(request: Request, kind: CaseKind, case_id: str, paper: str) -> Response:
        row, wanted, whole = await taken(request, kind, case_id, paper)
        case = await read_file(site, kind, case_id)
        if not wanted.series or not whole or case is None or not wanted.ready(case):
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或这份文书现在不能编号")
        session = request.state.session
        by = "web" if session is None else session.account.person
        await numbers.give(wanted.series, stream_of(kind, case_id), wanted.key, by)
        return RedirectResponse(f"{row.path}#papers", status_code=303)

    return router
