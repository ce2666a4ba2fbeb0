"""Two acts that need more than a form: starting a year, and calling a poll for all who are ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Actor, Command, Refusal
from domain.cases.appraisal.commands import PutToPoll
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import CallPoll, OpenCycle
from domain.cases.poll.commands import ItemKind, PollItem
from domain.cases.rectification.commands import PutToRevote
from domain.policy.document import BallotMode
from domain.roster.books import ROSTER
from domain.roster.state import RosterState
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of
from web.reading import CaseRow, read_cases, read_town_book
from web.site import Site
from workflows.client import EngineUnavailable

_NOT_SURE = "流程引擎暂时没有应答，这件事还不能确定是否办妥。请稍候再按一次，不会重复办理。"

Show = Callable[..., HTMLResponse]
_READY: Mapping[CaseKind, str] = {CaseKind.APPRAISAL: "ready", CaseKind.RECTIFICATION: "awaiting_revote"}
"""In which stage a case of a kind may be put to a poll."""


@dataclass(frozen=True)
class Candidate:
    """A case that may be put to a poll now."""

    case: CaseRow
    entitled: int
    recused: int

    @property
    def key(self) -> str:
        """Its name in the form."""
        return f"{self.case.kind.value}/{self.case.case_id}"

    def item(self) -> PollItem:
        """The same in the poll."""
        return PollItem(
            subject=self.case.subject or "",
            case_kind=ItemKind(self.case.kind.value),
            case_id=self.case.case_id,
            entitled=self.entitled,
            recused=self.recused,
        )


def is_ready(row: CaseRow) -> bool:
    """Whether a case waits for a poll to be called."""
    return row.open and _READY.get(row.kind) == row.stage


def candidates_of(rows: Sequence[CaseRow], roster: RosterState, day: date) -> list[Candidate]:
    """The cases that may be put to a poll, with 应到 and the recused of each."""
    deputies = len(roster.active_deputies)
    found = []
    for row in rows:
        if row.subject is not None and is_ready(row):
            recused = len(roster.recused(row.subject, day))
            found.append(Candidate(row, deputies - recused, recused))
    return found


def _why(failure: Refusal | EngineUnavailable) -> str:
    return failure.message if isinstance(failure, Refusal) else _NOT_SURE


def _status(fault: str) -> int:
    if fault == _NOT_SURE:
        return 503
    return 422 if fault else 200


def beginning_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def roster() -> RosterState:
        return await read_town_book(site.engine, site.town, ROSTER)

    async def year_form(request: Request, fault: str = "", year: int | None = None) -> HTMLResponse:
        town = await roster()
        values = {"posts": town.posts(site.today()), "deputies": len(town.active_deputies), "fault": fault}
        return show(
            request, "year_new.html", "year", status_code=_status(fault), year=year or site.today().year, **values
        )

    @router.get("/cycles/new")
    async def new_year(request: Request) -> HTMLResponse:
        return await year_form(request)

    @router.post("/cycles/new")
    async def start_year(request: Request, year: Annotated[int, Form(ge=2000, le=2200)]) -> Response:
        town = await roster()
        posts, deputies = town.posts(site.today()), len(town.active_deputies)
        if not posts or not deputies:
            return await year_form(request, "名册中还没有测评对象或代表，请先导入名册。", year)
        opening = OpenCycle(year=year, subjects=posts, deputies=deputies)
        try:
            await counter.start(CaseKind.CYCLE, str(year), opening, actor_of(request, OpenCycle), f"web-cycle-{year}")
        except (Refusal, EngineUnavailable) as failure:
            return await year_form(request, _why(failure), year)
        return RedirectResponse(f"/?year={year}", status_code=303)

    async def poll_form(request: Request, year: int, fault: str = "", chosen: Sequence[str] = ()) -> HTMLResponse:
        rows = await read_cases(site.engine, site.town, year=year, open_only=True)
        found = candidates_of(rows, await roster(), site.today())
        modes = [(mode.value, _MODES[mode]) for mode in BallotMode]
        values = {"year": year, "candidates": found, "chosen": chosen, "modes": modes, "fault": fault}
        return show(request, "poll_new.html", "year", status_code=_status(fault), today=site.today(), **values)

    @router.get("/polls/new")
    async def new_poll(request: Request, year: int | None = None) -> HTMLResponse:
        return await poll_form(request, year or site.today().year)

    @router.post("/polls/new")
    async def call_poll(
        request: Request,
        year: Annotated[int, Form()],
        poll_id: Annotated[str, Form()],
        day: Annotated[date, Form()],
        mode: Annotated[BallotMode, Form()],
        cases: Annotated[list[str] | None, Form()] = None,
        session: Annotated[bool, Form()] = False,
    ) -> Response:
        rows = await read_cases(site.engine, site.town, year=year, open_only=True)
        wanted = set(cases or ())
        chosen = [each for each in candidates_of(rows, await roster(), day) if each.key in wanted]
        if not chosen:
            return await poll_form(request, year, "请至少选一个测评对象。")
        try:
            await _call(counter, year, poll_id.strip(), day, mode, chosen, actor_of(request, CallPoll), session)
        except (Refusal, EngineUnavailable) as failure:
            return await poll_form(request, year, _why(failure), [each.key for each in chosen])
        return RedirectResponse(f"/cases/poll/{year}-{poll_id.strip()}", status_code=303)

    return router


_MODES: Mapping[BallotMode, str] = {
    BallotMode.PAPER: "纸票：编号的票，两人各录一遍",
    BallotMode.PHONES: "手机：代表用自己的手机，秘密投票",
    BallotMode.MIXED: "手机和纸票：不用手机的代表领纸票",
}


async def _call(
    counter: Counter,
    year: int,
    poll_id: str,
    day: date,
    mode: BallotMode,
    chosen: Sequence[Candidate],
    actor: Actor,
    session: bool,
) -> None:
    """Put each case to the poll, then call it. Every act has an id of its own, so that a repeat changes nothing."""
    case_id = f"{year}-{poll_id}"
    for each in chosen:
        put: Command = PutToPoll(poll_id=case_id)
        if each.case.kind is CaseKind.RECTIFICATION:
            put = PutToRevote(poll_id=case_id)
        await counter.do(each.case.kind, each.case.case_id, put, actor, f"put:{case_id}:{each.case.case_id}")
    call = CallPoll(
        poll_id=poll_id,
        date=day,
        items=tuple(each.item() for each in chosen),
        mode=mode,
        revote=all(each.case.kind is CaseKind.RECTIFICATION for each in chosen),
        session=session,
    )
    await counter.do(CaseKind.CYCLE, str(year), call, actor, f"call:{case_id}:{uuid4()}")
