"""Pages of the roster (名册): its two lists, what can be downloaded, and taking back the last entry."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.roster.books import ROSTER
from domain.roster.commands import UndoRosterEntry
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of
from web.papers.download import download
from web.roster.entries import read_roster
from web.roster.lists import HEADINGS, SHOWN, rows_of
from web.site import Site

Show = Callable[..., HTMLResponse]
What = Literal["deputies", "subjects"]

_DONE = {"import": "名册已更新。", "undo": "已撤销，名册恢复到上一次登记之前。"}


def roster_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes; a file comes in by `web.roster.importing`."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def lists(request: Request, what: What, q: str = "", fault: str = "", done: str = "") -> HTMLResponse:
        town = await read_roster(site.engine, site.town)
        every = rows_of(what, town.state, site.today())
        found = [row for row in every if row.fits(q)]
        return show(
            request,
            "roster_list.html",
            "roster",
            status_code=422 if fault else 200,
            what=what,
            headings=HEADINGS[what],
            rows=found[:SHOWN],
            found=len(found),
            in_use=sum(not row.gone for row in every),
            q=q,
            last=town.last,
            fault=fault,
            done=_DONE.get(done, ""),
        )

    @router.get("/roster/deputies")
    async def deputies(request: Request, q: str = "", done: str = "") -> HTMLResponse:
        return await lists(request, "deputies", q, done=done)

    @router.get("/roster/subjects")
    async def subjects(request: Request, q: str = "", done: str = "") -> HTMLResponse:
        return await lists(request, "subjects", q, done=done)

    @router.get("/roster/template.xlsx")
    async def template() -> Response:
        from documents.roster_import import write_template

        file = BytesIO()
        write_template(file)
        return download(file.getvalue(), "名册模板", "roster-template", "xlsx")

    @router.get("/roster/roster.xlsx")
    async def whole() -> Response:
        from documents.roster_import import write_roster

        state, file = (await read_roster(site.engine, site.town)).state, BytesIO()
        write_roster(file, state.active_deputies, state.posts(site.today()))
        return download(file.getvalue(), f"{site.town_name}名册", "roster", "xlsx")

    @router.post("/roster/undo")
    async def undo(request: Request, entry: Annotated[str, Form(max_length=200)]) -> Response:
        last = (await read_roster(site.engine, site.town)).last
        if last is not None and last.command_id == entry and last.used:
            return await lists(request, "subjects", fault="已有案件按这份名册办理，不能整批撤销；请逐项更正。")
        try:
            actor = actor_of(request, UndoRosterEntry)
            await counter.enter(ROSTER, UndoRosterEntry(entry=entry), actor, f"undo:{entry}")
        except Refusal as refusal:
            return await lists(request, "subjects", fault=refusal.message)
        return RedirectResponse("/roster/subjects?done=undo", status_code=303)

    return router
