"""What a person sets for themselves: the mail address for notices, and the feeds of their calendar."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.calendar_feed.tokens import Subscriptions
from web.rendering import Screen
from web.site import Site


def settings_pages(site: Site, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    own = Subscriptions(site.engine, site.town)

    async def settings(request: Request, fault: str = "", given: str = "") -> Response:
        session: Session | None = request.state.session
        if session is None:
            raise HTTPException(404, "还没有设账号；设了账号才能设置邮件提醒和日历订阅。")
        login = session.account.login
        values = {"email": await own.address(login), "feeds": await own.feeds(login), "mail": site.routes.mail}
        status = 422 if fault else 200
        return show(request, "notices.html", "account", status_code=status, fault=fault, given=given, **values)

    @router.get("/account/notices")
    async def settings_page(request: Request) -> Response:
        return await settings(request)

    @router.post("/account/notices")
    async def change(
        request: Request,
        what: Annotated[str, Form()] = "",
        email: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
    ) -> Response:
        session: Session | None = request.state.session
        if session is None:
            return await settings(request)
        login = session.account.login
        try:
            if what == "feed":
                return await settings(request, given=f"{request.base_url}calendar/{await own.make(login)}.ics")
            if what == "withdraw":
                await own.withdraw(login, key)
            elif what == "email":
                await own.set_address(login, email)
        except Refusal as refusal:
            return await settings(request, refusal.message)
        return RedirectResponse("/account/notices", status_code=303)

    return router
