"""Pages about the API: its operations in a list, its description, and a person's tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.cases.case import TOWN_ZONE
from web.accounts.access import may_see
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Account
from web.api.acting import acting_routes
from web.api.boards import board_routes
from web.api.description import description_of, errors
from web.api.problems import ProblemRoute
from web.api.reading import reading_routes
from web.api.tokens import LONGEST_DAYS, TokenStore
from web.api.trail import trail_routes
from web.audit.verification import Verifier
from web.site import Site

Show = Callable[..., HTMLResponse]


def api_routes(site: Site, verifier: Verifier) -> list[APIRouter]:
    """All operations of this installation, their description last."""
    operations = [reading_routes(site), board_routes(site), trail_routes(site, verifier)]
    if site.counter is not None:
        operations.append(acting_routes(site, site.counter))
    return [*operations, _describing(site, operations)]


def _describing(site: Site, operations: Sequence[APIRouter]) -> APIRouter:
    router = APIRouter(route_class=ProblemRoute)
    made: dict[str, Any] = {}

    @router.get("/api/v1/openapi.json", responses=errors(), include_in_schema=False)
    async def description() -> JSONResponse:
        if not made:
            made.update(description_of([route for each in operations for route in each.routes], site.town_name))
        return JSONResponse(made)

    return router


def api_pages(site: Site, show: Show, tokens: TokenStore, operations: Sequence[APIRouter]) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    @router.get("/api")
    async def listed(request: Request) -> HTMLResponse:
        session = request.state.session
        made = description_of([route for each in operations for route in each.routes], site.town_name)
        groups: dict[str, list[dict[str, Any]]] = {}
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                plain = path.replace("{", "").replace("}", "")
                if session is None or may_see(plain, session.account.roles):
                    told = {"method": method.upper(), "path": path, **operation}
                    groups.setdefault(operation["tags"][0], []).append(told)
        return show(request, "api.html", "api", groups=groups, origin=str(request.base_url).rstrip("/"))

    async def page(request: Request, *, given: str = "", fault: str = "") -> HTMLResponse:
        account = _account(request)
        now = datetime.now(UTC)
        rows = [(token, token.state(now)) for token in await tokens.of(account.login)]
        values = {"tokens": rows, "given": given, "fault": fault, "longest": LONGEST_DAYS, "zone": TOWN_ZONE}
        return show(request, "tokens.html", "account", status_code=422 if fault else 200, **values)

    @router.get("/account/tokens")
    async def mine(request: Request) -> HTMLResponse:
        return await page(request)

    @router.post("/account/tokens")
    async def make(request: Request, label: Annotated[str, Form()], days: Annotated[int, Form()] = 90) -> HTMLResponse:
        try:
            return await page(request, given=await tokens.make(_account(request).login, label, days))
        except Refusal as refusal:
            return await page(request, fault=refusal.message)

    @router.post("/account/tokens/{token_id}/withdraw")
    async def withdraw(request: Request, token_id: str) -> Response:
        await tokens.withdraw(_account(request).login, token_id)
        return RedirectResponse("/account/tokens", status_code=303)

    return router


def _account(request: Request) -> Account:
    session = request.state.session
    if session is None:
        raise HTTPException(404, "还没有设账号，令牌属于一个账号。请先在“账号”页设立账号并登录。")
    account: Account = session.account
    return account
