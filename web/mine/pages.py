"""The page of what is mine."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.roster.books import ROSTER
from web.accounts.concern import read_concern
from web.accounts.model import Session
from web.mine.items import read_mine
from web.reading import read_town_book
from web.rendering import Screen
from web.site import Site
from web.words import act_word


def mine_pages(site: Site, show: Screen) -> APIRouter:
    """The route."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/mine")
    async def mine(request: Request, done: str = "") -> Response:
        session: Session | None = request.state.session
        if session is None:
            return RedirectResponse("/todo", status_code=303)
        concern = await read_concern(site, session)
        roster = await read_town_book(site.engine, site.town, ROSTER)
        found = await read_mine(site, concern)
        names = {key: subject.name for key, subject in roster.subjects.items()}
        values: dict[str, Any] = {
            "mine": found,
            "concern": concern,
            "names": names,
            "done": act_word(done) if done else "",
        }
        return show(request, "mine.html", "mine", **values)

    return router
