"""The staff's page of accounts: who can log in, new accounts, forgotten passwords."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from domain.acts import Refusal, Role
from domain.faults_of import faults_of
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore
from web.deputies.links import is_behind_link

Show = Callable[..., HTMLResponse]
Text = Annotated[str, Form()]


def account_pages(accounts: AccountStore, show: Show) -> APIRouter:
    """The routes; `show` renders a template with what all pages need."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def listed() -> list[Account]:
        """Those with a password; the ones behind deputies' links have a page of their own."""
        return [account for account in await accounts.all() if not is_behind_link(account.login)]

    @router.get("/accounts")
    async def list_page(request: Request) -> HTMLResponse:
        return show(request, "accounts.html", "accounts", accounts=await listed(), fault="", given=None)

    @router.post("/accounts")
    async def add(
        request: Request,
        login: Text,
        name: Text,
        person: Text,
        roles: Annotated[list[Role] | None, Form()] = None,
        villages: Text = "",
    ) -> Response:
        first = secrets.token_urlsafe(9)
        fault, given = "", None
        try:
            account = Account(
                login=login,
                name=name,
                person=person,
                roles=tuple(roles or ()),
                must_change=True,
                villages=_villages(villages),
            )
            await accounts.add(account, await asyncio.to_thread(hash_password, first))
            given = (account, first)
        except ValidationError as error:
            fault = "；".join(str(each) for each in faults_of(error, model=Account))
        except Refusal as refusal:
            fault = refusal.message
        values = {"accounts": await listed(), "fault": fault, "given": given}
        return show(request, "accounts.html", "accounts", status_code=422 if fault else 200, **values)

    @router.post("/accounts/{login}/password")
    async def new_password(request: Request, login: str) -> Response:
        first = secrets.token_urlsafe(9)
        await accounts.set_password(login, await asyncio.to_thread(hash_password, first), must_change=True)
        account = next(each for each in await accounts.all() if each.login == login)
        values = {"accounts": await listed(), "fault": "", "given": (account, first)}
        return show(request, "accounts.html", "accounts", **values)

    @router.post("/accounts/{login}/disabled")
    async def disable(request: Request, login: str, disabled: Annotated[bool, Form()]) -> Response:
        account = next((each for each in await accounts.all() if each.login == login), None)
        if account is not None:
            await accounts.change(account.model_copy(update={"disabled": disabled}))
        return RedirectResponse("/accounts", status_code=303)

    @router.post("/accounts/{login}/villages")
    async def lead(login: str, villages: Text = "") -> Response:
        account = next((each for each in await accounts.all() if each.login == login), None)
        if account is not None:
            await accounts.change(account.model_copy(update={"villages": _villages(villages)}))
        return RedirectResponse("/accounts", status_code=303)

    return router


def _villages(text: str) -> tuple[str, ...]:
    """Villages as they are written in a row: 唐家会村、岱獄殿村."""
    return tuple(dict.fromkeys(each for each in re.split(r"[、，,；;\s]+", text) if each))
