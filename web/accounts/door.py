"""Pages of the door: log in, log out, change one's password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from web.accounts.entrance import Entrance
from web.accounts.forms import refuse_foreign_form
from web.accounts.guard import COOKIE, LINK_COOKIE, PIN_PAGE, keep
from web.accounts.model import SESSION_LONGEST, Account

Show = Callable[..., HTMLResponse]
Text = Annotated[str, Form()]
Optional = Annotated[str, Form()]


def door_pages(entrance: Entrance, show: Show) -> APIRouter:
    """The routes; `show` renders a template with what all pages need."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    accounts = entrance.accounts

    @router.get("/login")
    async def door(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the parameter's name on the page
        return show(request, "login.html", "login", next=_own_path(next), fault="", login="")

    @router.post("/login")
    async def log_in(
        request: Request,
        login: Text,
        password: Text,
        next: Optional = "/",  # noqa: A002 - the field's name on the page
    ) -> Response:
        try:
            token = await entrance.log_in(login, password)
        except Refusal as refusal:
            values = {"next": _own_path(next), "fault": refusal.message, "login": login}
            return show(request, "login.html", "login", status_code=403, **values)
        answer = RedirectResponse(_own_path(next), status_code=303)
        keep(answer, request, COOKIE, token, SESSION_LONGEST)
        return answer

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        token = request.cookies.get(COOKIE)
        if token:
            await accounts.end(token)
        answer = RedirectResponse(PIN_PAGE if LINK_COOKIE in request.cookies else "/login", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/account/password")
    async def password_page(request: Request) -> HTMLResponse:
        return show(request, "password.html", "account", fault="")

    @router.post("/account/password")
    async def change_password(request: Request, old: Text, new: Text, again: Text) -> Response:
        account: Account = request.state.session.account
        try:
            if new != again:
                raise Refusal("not_the_same", "两次输入的新口令不一样，请重新输入。")
            await entrance.change_password(account, old, new)
        except Refusal as refusal:
            return show(request, "password.html", "account", status_code=422, fault=refusal.message)
        return RedirectResponse("/login?next=/", status_code=303)

    return router


def _own_path(target: str) -> str:
    """Where to go after the log-in: a path of this site, never another site's address."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
