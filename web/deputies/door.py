"""The deputies' door: the personal link, then the PIN. The link's token leaves the address at once."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from web.accounts.forms import refuse_foreign_form
from web.accounts.guard import COOKIE, LINK_COOKIE, PIN_PAGE, keep
from web.accounts.model import LASTING_LONGEST
from web.deputies.pins import GONE, PinDoor
from web.rendering import Screen

Text = Annotated[str, Form()]
HOME = "/me"
TYPE_COOKIE = "jiandu_type"
"""How large the type is to be on this phone."""


async def _page(door: PinDoor, show: Screen, request: Request, fault: str = "", status: int = 200) -> HTMLResponse:
    """What the phone's link asks for next: a first PIN, the PIN, or a code where there is no link."""
    token = request.cookies.get(LINK_COOKIE)
    holder = await door.links.holder(token) if token else None
    values = {"holder": holder, "fault": fault or (GONE.message if token and holder is None else "")}
    return show(request, "deputy_pin.html", "login", status_code=status, **values)


def _take(request: Request, token: str) -> Response:
    """Keep the link's token on this phone, out of the address."""
    answer = RedirectResponse(PIN_PAGE, status_code=303)
    keep(answer, request, LINK_COOKIE, token, LASTING_LONGEST)
    return answer


def deputy_door(door: PinDoor, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    page = partial(_page, door, show)

    async def entered(request: Request, opening: Awaitable[str]) -> Response:
        try:
            session = await opening
        except Refusal as refusal:
            return await page(request, refusal.message, 422 if refusal.code in _MENDED else 403)
        answer = RedirectResponse(HOME, status_code=303)
        keep(answer, request, COOKIE, session, LASTING_LONGEST)
        return answer

    @router.get("/d/{token}")
    async def scanned(request: Request, token: str) -> Response:
        if await door.links.holder(token) is None:
            return show(request, "deputy_pin.html", "login", status_code=404, holder=None, fault=GONE.message)
        return _take(request, token)

    @router.get("/pin")
    async def pin_page(request: Request) -> Response:
        return await page(request)

    @router.post("/pin")
    async def pin_entered(request: Request, pin: Text, again: Text = "") -> Response:
        token = request.cookies.get(LINK_COOKIE, "")
        holder = await door.links.holder(token)
        if holder is None:
            return await page(request, GONE.message, 403)
        if holder.has_pin:
            return await entered(request, door.enter(token, pin.strip()))
        return await entered(request, door.set_first(token, pin.strip(), again.strip()))

    @router.post("/pin/code")
    async def code_typed(request: Request, code: Text) -> Response:
        token = await door.links.redeem(code)
        if token is None:
            return await page(request, "没有这个短码：请看清纸条再输。设过密码后短码就不能再用了。", 403)
        return _take(request, token)

    @router.post("/pin/type")
    async def type_size(request: Request, large: Annotated[bool, Form()], back: Text = PIN_PAGE) -> Response:
        answer = RedirectResponse(back if back.startswith((HOME, PIN_PAGE)) else PIN_PAGE, status_code=303)
        keep(answer, request, TYPE_COOKIE, "large" if large else "normal", LASTING_LONGEST)
        return answer

    return router


_MENDED = frozenset({"not_the_same", "no_pin", "weak_pin", "has_pin"})
"""Refusals of a form that its filler mends."""
