"""Signing in with the code that the staff gave, and leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.count_desk.attempts import LOCKED_SECONDS, Attempts
from web.count_desk.door import COOKIE, let_in, visit_of
from web.count_desk.site import DeskSite


def entrance_pages(site: DeskSite, show: Callable[..., HTMLResponse]) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)
    attempts = Attempts()

    @router.get("/")
    async def home(request: Request) -> Response:
        visit = await visit_of(request, site)
        return RedirectResponse("/differences" if visit.scrutineer else "/forms", status_code=303)

    @router.get("/enter")
    async def door(request: Request) -> HTMLResponse:
        # A link's code stands behind `#`, which no server and no log sees; the page's script fills it in.
        return show(request, "enter.html", fault="")

    @router.post("/enter")
    async def enter(request: Request, code: Annotated[str, Form(max_length=64)]) -> Response:
        address = request.client.host if request.client is not None else ""
        minutes = int(LOCKED_SECONDS // 60)
        if attempts.locked(address):
            fault = f"代码多次输错，请等 {minutes} 分钟再试，或请工作人员重新发码。"
            return show(request, "enter.html", status_code=429, fault=fault)
        found = await site.desk.sign_in(site.town, code)
        if found is None:
            attempts.wrong(address)
            fault = "代码不对，或测评已经结束。请对照纸条重新输入。"
            return show(request, "enter.html", status_code=403, fault=fault)
        attempts.right(address)
        _, token = found
        answer = RedirectResponse("/", status_code=303)
        let_in(request, answer, token)
        return answer

    @router.post("/leave")
    async def leave(request: Request) -> Response:
        token = request.cookies.get(COOKIE)
        if token:
            await site.desk.sign_out(site.town, token)
        answer = RedirectResponse("/enter", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return router
