"""待办: what awaits whoever looks, oldest deadline first; each line leads to the form of its act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from domain.acts import Command
from web.accounts.concern import Concern, read_concern
from web.acts.begin import is_ready
from web.acts.next_steps import awaited
from web.lights import Shown, light_of
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
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/todo")
    async def todo(request: Request) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        rows = concern.among(await read_cases(site.engine, site.town, open_only=True))
        ready = sum(is_ready(row) for row in rows)
        return show(request, "todo.html", "todo", tasks=tasks_of(rows, concern, site.today()), ready=ready)

    return router
