"""The deputy's home, and the proposal that is before them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ballotbox.polls import PollKey
from domain.acts import Role
from domain.cases.case import CaseKind, stream_of
from web.accounts.concern import read_concern
from web.accounts.model import Session
from web.deputies.home import case_words, proposal_of, read_home
from web.reading import read_case, read_events, years
from web.rendering import Screen, templates
from web.scans.store import ScanStore
from web.site import Site
from web.words import value_word

templates.env.filters["case_words"] = case_words
templates.env.filters["value_word"] = value_word


def home_pages(site: Site, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)
    scans = ScanStore(site.engine, site.town)

    @router.get("/me")
    async def home(request: Request, year: int | None = None, done: str = "") -> Response:
        session: Session | None = request.state.session
        if session is None:
            return RedirectResponse("/", status_code=303)
        known = await years(site.engine, site.town)
        wanted = year if year is not None else (known[0] if known else site.today().year)
        concern = await read_concern(site, session)
        if concern.roles is None or Role.DEPUTY not in concern.roles:
            return show(request, "deputy_retired.html", "me", status_code=403)
        found = await read_home(site, concern, wanted)
        papers = {}
        for report in found.reports:
            uses = await scans.of_case(stream_of(report.case.kind, report.case.case_id))
            papers[report.case.case_id] = uses.get(report.command_id)
        values: dict[str, Any] = {
            "home": found,
            "papers": papers,
            "year": wanted,
            "years": known,
            "done": DONE.get(done, ""),
        }
        return show(request, "deputy_home.html", "me", **values)

    @router.get("/me/proposals/{case_id}")
    async def proposal(request: Request, case_id: str) -> HTMLResponse:
        row = await read_case(site.engine, site.town, CaseKind.PROPOSAL, case_id)
        concern = await read_concern(site, request.state.session)
        if row is None or not concern.may_see(row):
            raise HTTPException(404, f"没有议案 {case_id}")
        state = proposal_of(await read_events(site.engine, site.town, CaseKind.PROPOSAL, case_id))
        return show(request, "deputy_proposal.html", "me", row=row, proposal=state)

    @router.get("/me/poll/{case_id}")
    async def poll(request: Request, case_id: str) -> HTMLResponse:
        """Only shows the way: the ballot has its own entrance, which knows nothing of this session."""
        row = await read_case(site.engine, site.town, CaseKind.POLL, case_id)
        if row is None or not (await read_concern(site, request.state.session)).may_see(row):
            raise HTTPException(404, f"没有测评 {case_id}")
        link = await site.hall_link(PollKey(site.town, case_id)) if row.stage == "open" else None
        return show(request, "deputy_poll.html", "me", row=row, link=link)

    return router


DONE = {
    "ask": "您的提问已经登记，会转给被测评人答复。",
    "rate": "您的评价已经登记。",
    "object": "您的异议已经登记，决定后会在这里告诉您。",
    "relative": "近亲属已经登记，测评时会回避。",
}
