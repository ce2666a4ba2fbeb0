"""The routes of the scrutineers' page."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from ballotbox.offices import PartyUnreachable
from domain.acts import Refusal
from domain.cases.poll.commands import ClosePoll
from domain.cases.poll.objections import DestroyBallots
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.acts.pages import actor_of
from web.polls import read_poll
from web.rendering import Screen
from web.scrutineers.room import Room, fault_words
from web.scrutineers.view import REASONS, view_of
from web.site import Site
from workflows.client import EngineUnavailable


@dataclass
class ThreeSlips:
    """What three scrutineers typed or scanned."""

    slip1: Annotated[str, Form()] = ""
    slip2: Annotated[str, Form()] = ""
    slip3: Annotated[str, Form()] = ""

    def __repr__(self) -> str:
        return "ThreeSlips()"  # a slip in a traceback would be a slip in a log

    @property
    def texts(self) -> tuple[str, str, str]:
        """In the order of the form."""
        return self.slip1, self.slip2, self.slip3


def scrutineer_pages(site: Site, room: Room, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def page(request: Request, case_id: str, done: Awaitable[str] | None = None) -> HTMLResponse:
        told = fault = ""
        try:
            told = "" if done is None else await done
        except (Refusal, PartyUnreachable, EngineUnavailable) as refused:
            fault = fault_words(refused)
        poll = await read_poll(site.engine, site.town, case_id)
        if poll is None:
            raise HTTPException(404, f"没有测评 {case_id}")
        try:
            view = await room.view(case_id, poll.state)
        except PartyUnreachable as unreachable:
            view, fault = view_of(case_id, poll.state, None, None, None, []), fault or str(unreachable)
        values = {"view": view, "fault": fault, "told": told, "reasons": REASONS}
        return show(request, "scrutineers.html", "year", status_code=422 if fault else 200, **values)

    @router.get("/polls/{case_id}/scrutineers")
    async def scrutineers(request: Request, case_id: str) -> HTMLResponse:
        return await page(request, case_id)

    @router.post("/polls/{case_id}/scrutineers/open")
    async def open_box(
        request: Request, case_id: str, team: Annotated[int, Form(ge=1, le=2)], slips: Annotated[ThreeSlips, Depends()]
    ) -> HTMLResponse:
        return await page(request, case_id, room.open(case_id, 1 if team == 1 else 2, slips.texts))

    @router.post("/polls/{case_id}/scrutineers/publish")
    async def publish(request: Request, case_id: str, person: Annotated[str, Form()] = "") -> HTMLResponse:
        session: Session | None = request.state.session
        who = person if session is None else session.account.person
        return await page(request, case_id, room.publish(case_id, who, actor_of(request, ClosePoll)))

    @router.post("/polls/{case_id}/scrutineers/destroy")
    async def destroy(request: Request, case_id: str, slips: Annotated[ThreeSlips, Depends()]) -> HTMLResponse:
        return await page(request, case_id, room.destroy(case_id, slips.texts, actor_of(request, DestroyBallots)))

    return router
