"""The staff's page of the deputies' links: who has one, new ones with their slips, PINs forgotten, phones lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.roster.books import ROSTER
from domain.roster.commands import Deputy
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.deputies.batches import Batch, Batches
from web.deputies.links import LinkStore, Standing
from web.reading import read_town_book
from web.site import Site

Show = Callable[..., HTMLResponse]
Text = Annotated[str, Form()]
PAGE = "/deputies/links"
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def link_pages(site: Site, links: LinkStore, show: Show) -> APIRouter:
    """The routes."""
    batches = Batches(links)
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    router.include_router(batch_pages(batches, show))

    async def deputies() -> tuple[Deputy, ...]:
        return (await read_town_book(site.engine, site.town, ROSTER)).active_deputies

    async def gone(known: dict[str, Standing]) -> list[tuple[Deputy, Standing]]:
        """Deputies no more whose link nobody has withdrawn yet."""
        roster = await read_town_book(site.engine, site.town, ROSTER)
        left = [(roster.deputies[key], known[key]) for key in roster.retired_deputies if key in known]
        return [(deputy, link) for deputy, link in left if link.withdrawn is None]

    async def page(
        request: Request, fault: str = "", done: str = "", address: str = "", *, every: bool = False
    ) -> HTMLResponse:
        known = await links.all()
        here = str(request.base_url).rstrip("/")
        values = {
            "rows": [(deputy, known.get(deputy.id)) for deputy in await deputies()],
            "gone": await gone(known),
            "address": address or here,
            "local": urlsplit(address or here).hostname in _THIS_MACHINE,
            "every": every,
            "fault": fault,
            "done": done,
        }
        return show(request, "deputy_links.html", "deputies", status_code=422 if fault else 200, **values)

    @router.get("/deputies/links")
    async def list_page(request: Request, done: str = "", every: bool = False) -> HTMLResponse:
        return await page(request, done=_DONE.get(done, ""), every=every)

    @router.post("/deputies/links")
    async def issue(request: Request, address: Text, persons: Annotated[list[str] | None, Form()] = None) -> Response:
        session: Session | None = request.state.session
        if session is None:  # a deputy's account would be the town's first, and lock the staff out
            return await page(request, "请先在“账号”页为工作人员设账号，再给代表发二维码。")
        wanted = set(persons or ())
        chosen = [deputy for deputy in await deputies() if deputy.id in wanted]
        plain = address.strip().rstrip("/")
        if not chosen:
            return await page(request, "请先勾选代表。", address=plain)
        if urlsplit(plain).scheme not in ("http", "https") or not urlsplit(plain).hostname:
            return await page(request, "手机打开的网址要写全，如 https://jiandu.example 或 http://10.1.2.3:8080。")
        name = batches.start(Batch(chosen, session.account.person, plain, site.town_name))
        return RedirectResponse(f"{PAGE}/batches/{name}", status_code=303)

    @router.post("/deputies/links/withdraw")
    async def withdraw(person: Text) -> Response:
        found = await links.withdraw(person)
        return RedirectResponse(f"{PAGE}?done={'withdrawn' if found else 'none'}", status_code=303)

    @router.post("/deputies/links/pin")
    async def reset(person: Text) -> Response:
        found = await links.reset_pin(person)
        return RedirectResponse(f"{PAGE}?done={'reset' if found else 'none'}", status_code=303)

    return router


def batch_pages(batches: Batches, show: Show) -> APIRouter:
    """How far a batch is, and its slips."""
    router = APIRouter(default_response_class=HTMLResponse)

    def _batch(request: Request, name: str) -> Batch:
        session: Session | None = request.state.session
        found = batches.of(name, session.account.person) if session is not None else None
        if found is None:
            raise HTTPException(404, "这批纸条已经不在了：没有打印的，请重新发放。")
        return found

    @router.get("/deputies/links/batches/{batch}")
    async def progress(request: Request, batch: str) -> HTMLResponse:
        found = _batch(request, batch)
        answer = show(request, "deputy_batch.html", "deputies", batch=found, key=batch)
        if not found.over:
            answer.headers["refresh"] = "1"
        return answer

    @router.get("/deputies/links/batches/{batch}/slips.pdf")
    async def slips(request: Request, batch: str) -> Response:
        paper = _batch(request, batch).paper
        if paper is None:
            raise HTTPException(404, "纸条还没有排好，请稍候。")
        headers = {"content-disposition": 'inline; filename="deputy-slips.pdf"'}
        return Response(paper, media_type="application/pdf", headers=headers)

    return router


_DONE = {
    "withdrawn": "已作废：原来的二维码和短码都打不开了，已登录的手机也退出了。",
    "reset": "密码已清除：请代表扫原来的二维码，重新设一个。",
    "none": "这位代表没有可用的二维码。",
}
