"""Pages of reminders: choose cases, see who gets what, send; the log, what does not get out, and the printed 催办单."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Actor, Role
from notices.bulk import COOL_DOWN, Reminders
from web.accounts.concern import read_concern
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.accounts.store import AccountStore
from web.acts.desk import NOBODY_KNOWN
from web.reminders.candidates import Candidate, read_candidates
from web.rendering import Screen
from web.site import Site

SENDERS = frozenset({Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE})
_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_LONGEST_NOTE = 200


def reminder_pages(site: Site, show: Screen, accounts: AccountStore) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    reminders = Reminders(site.engine, site.town, site.routes)

    async def candidates(request: Request) -> list[Candidate]:
        concern = await read_concern(site, request.state.session)
        return await read_candidates(site, accounts, concern, await reminders.cooling(datetime.now(UTC)))

    async def chosen_of(request: Request, cases: Sequence[str]) -> list[Candidate]:
        return [each for each in await candidates(request) if each.stream in set(cases)]

    async def overview(request: Request, unit: str, late: str, fault: str = "", sent: int | None = None) -> Response:
        found = await candidates(request)
        if unit.strip():
            found = [each for each in found if unit.strip().casefold() in each.row.title.casefold()]
        if late:
            found = [each for each in found if each.light.colour in ("red", "yellow")]
        values = {"candidates": found, "unit": unit, "late": late, "fault": fault, "sent": sent, "routes": site.routes}
        more = {"log": await reminders.log(), "failing": await reminders.failing()}
        values["hours"] = int(COOL_DOWN.total_seconds() // 3600)
        return show(request, "reminders.html", "reminders", status_code=422 if fault else 200, **values, **more)

    @router.get("/reminders")
    async def page(request: Request, unit: str = "", late: str = "", sent: int | None = None) -> Response:
        return await overview(request, unit, late, sent=sent)

    @router.post("/reminders")
    async def send(
        request: Request,
        cases: Annotated[list[str] | None, Form()] = None,
        note: Annotated[str, Form()] = "",
        step: Annotated[str, Form()] = "preview",
        key: Annotated[str, Form()] = "",
    ) -> Response:
        now, note = datetime.now(UTC), note.strip()
        chosen = await chosen_of(request, cases or ())
        fault = _fault(chosen, note)
        if fault:
            return await overview(request, "", "", fault)
        going = [each for each in chosen if each.recalled_at is None]
        if step != "send" or not going:
            return show(
                request,
                "reminders_preview.html",
                "reminders",
                going=going,
                resting=[each for each in chosen if each.recalled_at is not None],
                messages=[each.message("", note, now) for each in going],
                note=note,
                key=key or uuid4().hex,
            )
        bulk = key or uuid4().hex
        what = f"{len(going)} 件：{'、'.join(each.row.title for each in going[:3])}{' 等' if len(going) > 3 else ''}"
        messages = [each.message(bulk, note, now) for each in going]
        sent = await reminders.send(bulk, _actor(request), what, note, messages, now)
        return RedirectResponse(f"/reminders?sent={sent}", status_code=303)

    @router.get("/reminders/slip")
    async def slip(request: Request, cases: Annotated[list[str] | None, Query()] = None) -> Response:
        chosen = await chosen_of(request, cases or ())
        return show(request, "reminders_slip.html", "reminders", candidates=chosen, today=site.today())

    return router


def _fault(chosen: Sequence[Candidate], note: str) -> str:
    if not chosen:
        return "请至少选一件要催办的事。"
    if len(note) > _LONGEST_NOTE:
        return f"附言最多 {_LONGEST_NOTE} 字。"
    return "附言里不能写身份证号。" if _IDENTITY_NUMBER.search(note) else ""


def _actor(request: Request) -> Actor:
    session: Session | None = request.state.session
    found = None if session is None else session.account.actor(SENDERS)
    return found or NOBODY_KNOWN
