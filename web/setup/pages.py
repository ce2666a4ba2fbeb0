"""The first-run guide (启用向导): one page, resumable at any time, since it remembers nothing of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from domain.acts import Refusal
from domain.roster.books import TOWN
from domain.roster.town import NameTown
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of
from web.setup.steps import read_setup
from web.site import Site

Show = Callable[..., HTMLResponse]


def setup_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def guide(request: Request, fault: str = "", name: str | None = None) -> HTMLResponse:
        setup = await read_setup(site, no_accounts=request.state.no_accounts)
        typed = name if name is not None else "" if site.town_name == site.town else site.town_name
        status = 422 if fault else 200
        return show(request, "setup_guide.html", "setup", status_code=status, setup=setup, fault=fault, town=typed)

    @router.get("/setup")
    async def page(request: Request) -> HTMLResponse:
        return await guide(request)

    @router.post("/setup/name")
    async def name_town(request: Request, name: Annotated[str, Form()] = "") -> Response:
        try:
            act = NameTown(town_name=name)
            await counter.enter(TOWN, act, actor_of(request, NameTown), f"web-{uuid4()}")
        except ValidationError:
            return await guide(request, "镇名是 1 到 40 个字。", name)
        except Refusal as refusal:
            return await guide(request, refusal.message, name)
        site.town_name = act.town_name
        return RedirectResponse("/setup#step-town", status_code=303)

    return router
