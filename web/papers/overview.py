"""The overview of all papers, the patterns of their numbers, and the ledger, which is of no single case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from documents.papers.catalogue import PAPERS
from documents.papers.ledger import LEDGER
from documents.papers.making import rendered
from documents.papers.numbers import SERIES
from documents.papers.own import check, has_own, word_papers
from documents.papers.paper import FORMATS
from domain.acts import Refusal, Role
from web.accounts.concern import read_concern
from web.accounts.forms import refuse_foreign_form
from web.papers.download import download
from web.papers.ledger import read_ledger
from web.papers.numbers import NumberStore
from web.site import Site
from web.words import KINDS

Show = Callable[..., HTMLResponse]


def overview_pages(site: Site, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    numbers = NumberStore(site.engine, site.town)

    @router.get("/papers/rectifications.{form}")
    async def ledger(form: str, year: int | None = None) -> Response:
        if form not in LEDGER.formats:
            raise HTTPException(404, "没有这种格式")
        data = await asyncio.to_thread(rendered, LEDGER, await read_ledger(site, year), form, site.papers)
        return download(data, LEDGER.title + ("" if year is None else f"（{year}年度）"), "rectifications", form)

    async def overview(request: Request, fault: str = "", given: str = "") -> HTMLResponse:
        faults = await asyncio.to_thread(check, site.papers)
        concern = await read_concern(site, request.state.session)
        lines = [
            (paper, [KINDS[kind] for kind in paper.kinds], has_own(site.papers, paper), faults[f"{paper.key}.docx"])
            for paper in word_papers()
        ]
        strange = {name: said for name, said in faults.items() if name.removesuffix(".docx") not in PAPERS}
        values = {"lines": lines, "series": SERIES, "patterns": await numbers.patterns(), "strange": strange}
        return show(
            request,
            "papers.html",
            "papers",
            status_code=422 if fault else 200,
            fault=fault,
            given=given,
            formats=FORMATS,
            manages=concern.roles is None or Role.STAFF in concern.roles,
            **values,
        )

    @router.get("/papers")
    async def all_papers(request: Request, given: str = "") -> HTMLResponse:
        return await overview(request, given="文号格式已改，以后新编的文号按新格式。" if given == "pattern" else "")

    @router.post("/papers/patterns")
    async def patterns(
        request: Request, series: Annotated[str, Form()], pattern: Annotated[str, Form(max_length=80)]
    ) -> Response:
        session = request.state.session
        try:
            await numbers.set_pattern(series, pattern.strip(), "web" if session is None else session.account.person)
        except Refusal as refusal:
            return await overview(request, refusal.message)
        return RedirectResponse("/papers?given=pattern", status_code=303)

    return router
