"""往年末位登记: last places of the years before the town began with the product, entered by one, signed by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.roster.books import HISTORY, ROSTER
from domain.roster.history import EnterHistory, SignHistory
from domain.roster.state import RosterState
from domain.rules.veto import HistoryRow
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of, may_do
from web.reading import read_town_book
from web.rendering import Screen
from web.site import Site
from web.yearend.pages import HERE
from web.yearend.words import person

LINES = 8
"""Last places that one form takes; a year's belong into one form."""


@dataclass(frozen=True)
class Waiting:
    """An entry that waits for its second signature."""

    version: int
    rows: Sequence[HistoryRow]


def history_pages(site: Site, counter: Counter, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def page(
        request: Request, *, filled: Mapping[str, str] | None = None, fault: str = "", done: str = ""
    ) -> HTMLResponse:
        history = await read_town_book(site.engine, site.town, HISTORY)
        roster = await read_town_book(site.engine, site.town, ROSTER)
        return show(
            request,
            "yearend_history.html",
            HERE,
            status_code=422 if fault else 200,
            rows=history.rows,
            waiting=[Waiting(version, entry.rows) for version, entry in history.unsigned.items()],
            subjects=roster.subjects,
            heads=_heads(roster),
            person=lambda key: person(roster, key),
            lines=range(LINES),
            filled=filled or {},
            fault=fault,
            done=done,
            command_id=f"web-{uuid4()}",
            may_enter=may_do(request, EnterHistory),
            may_sign=may_do(request, SignHistory),
        )

    @router.get("/yearend/history")
    async def history(request: Request, done: str = "") -> HTMLResponse:
        return await page(request, done=done)

    @router.post("/yearend/history")
    async def enter(request: Request) -> Response:
        filled = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        try:
            rows = _rows(filled)
            entry = EnterHistory(rows=rows, correction=filled.get("correction", "").strip() or None)
            await counter.enter(
                HISTORY, entry, actor_of(request, EnterHistory), filled.get("command_id") or f"web-{uuid4()}"
            )
        except Refusal as refusal:
            return await page(request, filled=filled, fault=refusal.message)
        return RedirectResponse("/yearend/history?done=entered", status_code=303)

    @router.post("/yearend/history/{version}/sign")
    async def sign(request: Request, version: int) -> Response:
        signing = SignHistory(version=version)
        try:
            await counter.enter(HISTORY, signing, actor_of(request, SignHistory), f"web-{uuid4()}")
        except Refusal as refusal:
            return await page(request, fault=refusal.message)
        return RedirectResponse("/yearend/history?done=signed", status_code=303)

    return router


def _rows(filled: Mapping[str, str]) -> tuple[HistoryRow, ...]:
    """The last places of a form. Raises `Refusal` naming the line."""
    rows = []
    for number in range(LINES):
        year, subject, who = (filled.get(f"{name}.{number}", "").strip() for name in ("year", "subject", "person"))
        if not year and not subject and not who:
            continue
        if not year.isdecimal() or not 1949 <= int(year) <= 2999 or not subject or not who:
            raise Refusal("incomplete", f"第 {number + 1} 行：年份（四位数字）、考核对象、负责人都要填写。")
        rows.append(HistoryRow(year=int(year), subject=subject, person=who))
    if not rows:
        raise Refusal("nothing_entered", "请至少填写一行。")
    return tuple(rows)


def _heads(roster: RosterState) -> dict[str, str]:
    """Everybody who heads or headed a post, by the id under which records hold them."""
    keys = dict.fromkeys(change.person for change in roster.heads if change.person is not None)
    return {key: person(roster, key) for key in keys}
