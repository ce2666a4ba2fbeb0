"""The routes: what a poll on paper needs, printed and handed out without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import segno
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from ballotbox.count_desk import CountDesk, Seat
from ballotbox.interface import BallotBox
from documents.papers.polls import ballot_forms, count_report, paper_ledger
from domain.acts import Refusal
from domain.cases.poll.state import Stage
from domain.policy.document import BallotMode
from web.accounts.forms import refuse_foreign_form
from web.paper_desk.seating import ENTRIES, role_word, seats_of
from web.papers.download import download
from web.polls import Poll, read_poll
from web.rendering import Screen
from web.site import Site

SPARE = 5
"""Forms printed a series beyond one a deputy."""


def paper_desk_pages(site: Site, show: Screen, box: BallotBox) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    desk = CountDesk(site.engine)

    async def poll_of(case_id: str) -> Poll:
        poll = await read_poll(site.engine, site.town, case_id)
        if poll is None:
            raise HTTPException(404, f"没有测评 {case_id}")
        return poll

    async def page(
        request: Request,
        poll: Poll,
        *,
        fault: str = "",
        filled: Mapping[str, str] | None = None,
        given: list[dict[str, str]] | None = None,
    ) -> HTMLResponse:
        open_ = poll.state.stage is not Stage.CALLED and not poll.state.stage.over
        values = {
            "poll": poll,
            "on_paper": poll.state.mode is not BallotMode.PHONES,
            "seats": [(seat.person, role_word(seat)) for seat in await desk.seats(poll.key)],
            "missing": (await box.status(poll.key)).unfinished if open_ else [],
            "fields": [(name, word) for name, word, _ in ENTRIES],
            "filled": filled or {},
            "fault": fault,
            "given": given,
            "desk": site.count_desk,
            "printed": {series.letter: series.forms + SPARE for series in poll.forms.series},
        }
        return show(request, "paper_desk.html", "year", status_code=422 if fault else 200, **values)

    @router.get("/polls/{case_id}/paper")
    async def prepare(request: Request, case_id: str) -> HTMLResponse:
        return await page(request, await poll_of(case_id))

    @router.post("/polls/{case_id}/paper")
    async def seat(
        request: Request,
        case_id: str,
        first: Annotated[str, Form(max_length=4000)] = "",
        second: Annotated[str, Form(max_length=4000)] = "",
        scrutineers: Annotated[str, Form(max_length=4000)] = "",
    ) -> HTMLResponse:
        poll = await poll_of(case_id)
        filled = {"first": first, "second": second, "scrutineers": scrutineers}
        if poll.state.stage.over:
            return await page(request, poll, fault="测评已经结束，不再录入；计票台的代码已全部失效。", filled=filled)
        try:
            seats = seats_of(first, second, scrutineers)
            codes = await desk.seat(poll.key, seats)
        except Refusal as refusal:
            return await page(request, poll, fault=refusal.message, filled=filled)
        return await page(request, poll, given=[_slip(each, codes[each.person], site.count_desk) for each in seats])

    @router.get("/polls/{case_id}/paper/{series}.pdf", response_class=Response)
    async def forms(case_id: str, series: str) -> Response:
        poll = await poll_of(case_id)
        found = next((each for each in poll.forms.series if each.letter == series), None)
        if found is None:
            raise HTTPException(404, f"测评 {case_id} 没有 {series} 票")
        numbers = range(1, found.forms + SPARE + 1)
        content = await asyncio.to_thread(ballot_forms, poll.forms, site.town_name, found, numbers)
        return download(content, f"{case_id}-测评票-{series}", f"{case_id}-forms-{series}", "pdf")

    @router.get("/polls/{case_id}/paper/records/ledger.pdf", response_class=Response)
    async def ledger(case_id: str) -> Response:
        poll = await poll_of(case_id)
        printed = {each.letter: each.forms + SPARE for each in poll.forms.series}
        content = await asyncio.to_thread(paper_ledger, poll.forms, site.town_name, printed)
        return download(content, f"{case_id}-发票收票登记表", f"{case_id}-ledger", "pdf")

    @router.get("/polls/{case_id}/paper/records/report.pdf", response_class=Response)
    async def report(case_id: str) -> Response:
        poll = await poll_of(case_id)
        content = await asyncio.to_thread(count_report, poll.forms, site.town_name, poll.state.attendance)
        return download(content, f"{case_id}-计票报告单", f"{case_id}-report", "pdf")

    return router


def _slip(seat: Seat, code: str, desk: str) -> dict[str, str]:
    link = f"{desk}/enter#c={code}"
    picture = segno.make(link, error="m").svg_inline(omitsize=True, border=2)
    return {"person": seat.person, "role": role_word(seat), "code": code, "link": link, "picture": picture}
