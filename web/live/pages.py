"""The staff's live view and the hall's screen of a poll: read-only, told anew whenever a figure changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum

import segno
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from ballotbox.interface import BallotBox
from ballotbox.offices import PartyUnreachable
from ballotbox.polls import PollKey
from domain.acts import Refusal
from domain.cases.case import CaseKind
from domain.cases.poll.state import Stage
from web.accounts.concern import read_concern
from web.live.figures import Figures, figures_of
from web.polls import read_poll
from web.reading import read_case
from web.rendering import Screen, templates
from web.site import Site

LOOK_SECONDS = 1.0
"""How often the figures are looked at while somebody watches."""
_STREAM_SECONDS = 600.0
"""A stream ends after so long and the browser opens the next: its session is asked for again."""


class View(StrEnum):
    """Who looks."""

    STAFF = "staff"
    HALL = "hall"

    @property
    def fragment(self) -> str:
        """The template of what changes."""
        return f"live_{self.value}.html"


def live_pages(site: Site, show: Screen, box: BallotBox) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)

    async def refuse_others(request: Request, case_id: str) -> None:
        row = await read_case(site.engine, site.town, CaseKind.POLL, case_id)
        if row is None or not (await read_concern(site, request.state.session)).may_see(row):
            raise HTTPException(404, f"没有测评 {case_id}")

    async def page(request: Request, case_id: str, view: View) -> HTMLResponse:
        await refuse_others(request, case_id)
        seen = await _look(site, box, case_id)
        link = None if seen.over else await site.hall_link(PollKey(site.town, case_id))
        code = segno.make(link, error="m").svg_inline(omitsize=True, border=2) if link is not None else None
        return show(request, f"poll_{view.value}.html", "year", figures=seen, view=view, link=link, code=code)

    @router.get("/polls/{case_id}")
    async def staff(request: Request, case_id: str) -> HTMLResponse:
        return await page(request, case_id, View.STAFF)

    @router.get("/polls/{case_id}/hall")
    async def hall(request: Request, case_id: str) -> HTMLResponse:
        return await page(request, case_id, View.HALL)

    @router.get("/polls/{case_id}/live/{view}", response_class=EventSourceResponse)
    async def live(request: Request, case_id: str, view: View) -> AsyncIterator[ServerSentEvent]:
        await refuse_others(request, case_id)
        template = templates.env.get_template(view.fragment)
        told: Figures | None = None
        for _ in range(int(_STREAM_SECONDS / LOOK_SECONDS)):
            seen = await _look(site, box, case_id)
            if seen != told:
                told = seen
                yield ServerSentEvent(raw_data=template.render(figures=seen))
            if seen.over and not seen.missing:
                break
            await asyncio.sleep(LOOK_SECONDS)

    return router


async def _look(site: Site, box: BallotBox, case_id: str) -> Figures:
    """The figures now. 404 where there is no such poll."""
    poll = await read_poll(site.engine, site.town, case_id)
    if poll is None:
        raise HTTPException(404, f"没有测评 {case_id}")
    if poll.state.stage is Stage.CALLED or (poll.state.stage.over and poll.state.stage is not Stage.VOID):
        return figures_of(poll, None)
    try:
        return figures_of(poll, await box.status(poll.key))
    except PartyUnreachable:
        return figures_of(poll, None, unreachable=True)
    except Refusal as refusal:
        # The case is open a moment before its box is.
        if refusal.code != "unknown_poll":
            raise
        return figures_of(poll, None)
