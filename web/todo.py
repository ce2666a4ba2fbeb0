"""The in-box: 待办 (what awaits whoever looks, oldest deadline first), 已办, 我发起的, and the messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Command
from notices.inbox import InBox
from web.accounts.concern import Concern, read_concern
from web.accounts.forms import refuse_foreign_form
from web.acts.begin import is_ready
from web.acts.next_steps import awaited
from web.inbox import acts_done, cases_begun
from web.lights import Shown, light_of
from web.picture import line_of
from web.reader import reader_of
from web.reading import CaseRow, read_cases
from web.site import Site
from web.words import KINDS, act_word, stage_word

Show = Callable[..., HTMLResponse]


@dataclass(frozen=True)
class Task:
    """A case that waits for an act of somebody."""

    case: CaseRow
    kind: str
    stage: str
    light: Shown
    acts: Sequence[tuple[str, str]]
    """Acts that may be done next: name and word."""


def tasks_of(rows: Sequence[CaseRow], concern: Concern, today: date) -> list[Task]:
    """The open cases that wait for an act of whoever is concerned, in the order of `rows`."""
    tasks = []
    for row in rows:
        acts = [command for command in awaited(row.kind, row.stage) if _theirs(command, row, concern)]
        if acts and row.open:
            words = [(command.act, act_word(command.act)) for command in acts]
            light = light_of(row.due, today, open_=True)
            tasks.append(Task(row, KINDS[row.kind], stage_word(row.stage), light, words))
    return tasks


def _theirs(command: type[Command], row: CaseRow, concern: Concern) -> bool:
    return concern.roles is None or concern.actor(row, command) is not None


def todo_pages(site: Site, show: Show) -> APIRouter:
    """The in-box."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    box = InBox(site.engine, site.town)

    @router.get("/todo")
    async def todo(request: Request) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        unread = await box.unread(reader_of(concern))
        rows = concern.among(await read_cases(site.engine, site.town, open_only=True))
        ready = sum(is_ready(row) for row in rows)
        tasks = tasks_of(rows, concern, site.today())
        return show(request, "todo.html", "todo", tab="todo", tasks=tasks, ready=ready, unread=unread)

    @router.get("/todo/done")
    async def done(request: Request) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        unread, acts = await box.unread(reader_of(concern)), await acts_done(site, concern)
        return show(request, "todo_done.html", "todo", tab="done", acts=acts, unread=unread)

    @router.get("/todo/begun")
    async def begun(request: Request) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        unread, rows = await box.unread(reader_of(concern)), await cases_begun(site, concern)
        lines = [line_of(row, site.today()) for row in rows]
        return show(request, "todo_begun.html", "todo", tab="begun", lines=lines, unread=unread)

    @router.get("/todo/messages")
    async def messages(request: Request) -> HTMLResponse:
        reader = reader_of(await read_concern(site, request.state.session))
        received, unread = await box.messages(reader), await box.unread(reader)
        return show(request, "todo_messages.html", "todo", tab="messages", received=received, unread=unread)

    @router.post("/todo/messages")
    async def read(request: Request, key: Annotated[str, Form()] = "") -> Response:
        reader = reader_of(await read_concern(site, request.state.session))
        await box.mark_read(reader, key or None)
        return RedirectResponse("/todo/messages", status_code=303)

    return router
