"""The doing of a batch that was confirmed, and how far it is: a page that works by reloading, and tells anew by SSE."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from domain.acts import Actor, Command, Refusal
from domain.cases.assessment.commands import EnterScores
from domain.cases.case import CaseKind
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of
from web.rendering import Screen, templates
from web.site import Site
from web.yearend.batch import BATCH, Run, Runs, done_of, foresee_all, read_acts
from web.yearend.pages import HERE, year_of

LOOK_SECONDS = 0.5
_STREAM_SECONDS = 600.0
_AT_ONCE_SECONDS = 4.0
"""So long the answer to a confirmation waits: what is done by then needs no page of its progress."""


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    done: int
    of: int
    running: bool
    fault: str
    resumable: bool
    """Whether this process still knows the acts, so that what is left can be done from here."""

    @property
    def over(self) -> bool:
        """Whether everything is in the log."""
        return self.done >= self.of


def progress_pages(site: Site, counter: Counter, show: Screen) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    runs = Runs(counter)

    @router.post("/yearend/{year}/batches")
    async def confirmed(
        request: Request,
        year: int,
        batch: Annotated[str, Form(pattern=BATCH.pattern)],
        acts: Annotated[str, Form()],
        subject: Annotated[str, Form()] = "",
    ) -> Response:
        figures, actor = await year_of(site, year), actor_of(request, EnterScores)
        progress = f"/yearend/{year}/batches/{batch}"
        try:
            taken = read_acts(acts)
            if runs.get(batch) is None and not await done_of(site.engine, site.town, str(year), batch):
                await _foresee(counter, year, taken, actor)
        except (ValueError, Refusal) as wrong:
            message = wrong.message if isinstance(wrong, Refusal) else str(wrong)
            return show(request, "yearend_import.html", HERE, status_code=422, figures=figures, said=message, open=True)
        run = runs.start(batch, Run(str(year), taken, actor))
        if run.task is not None:
            await asyncio.wait({run.task}, timeout=_AT_ONCE_SECONDS)
        if not run.running and not run.fault and figures.subject(subject) is not None:
            return RedirectResponse(f"/yearend?year={year}&done={len(run.acts)}#scores", status_code=303)
        return RedirectResponse(f"{progress}?of={len(run.acts)}", status_code=303)

    @router.get("/yearend/{year}/batches/{batch}")
    async def progress(request: Request, year: int, batch: str, of: int = 0) -> HTMLResponse:
        seen = await _progress_of(site, runs, year, batch, of)
        return show(request, "yearend_progress.html", HERE, year=year, batch=batch, of=of, progress=seen)

    @router.post("/yearend/{year}/batches/{batch}")
    async def go_on(request: Request, year: int, batch: str) -> Response:
        actor_of(request, EnterScores)
        run = runs.get(batch)
        if run is None:
            raise HTTPException(404, f"没有这一批录入 {batch}")
        runs.start(batch, run)
        return RedirectResponse(f"/yearend/{year}/batches/{batch}?of={len(run.acts)}", status_code=303)

    @router.get("/yearend/{year}/batches/{batch}/live", response_class=EventSourceResponse)
    async def live(year: int, batch: str, of: int = 0) -> AsyncIterator[ServerSentEvent]:
        async for event in _told(site, runs, year, batch, of):
            yield event

    return router


async def _progress_of(site: Site, runs: Runs, year: int, batch: str, of: int) -> Progress:
    """How far a batch of `of` acts is. 404 where nothing is known of it."""
    run = runs.get(batch) if BATCH.fullmatch(batch) else None
    done = await done_of(site.engine, site.town, str(year), batch)
    if run is None and not done:
        raise HTTPException(404, f"没有这一批录入 {batch}")
    total = len(run.acts) if run is not None else max(of, done)
    fault = run.fault if run is not None else ""
    if run is None and done < total:
        fault = "这一批没有办完，页面服务也重新启动过。请把同一个文件再上传一次：已录入的不会重复，只补其余。"
    return Progress(done, total, run is not None and run.running, fault, run is not None)


async def _foresee(counter: Counter, year: int, acts: Sequence[Command], actor: Actor) -> None:
    """Foresee a batch once more: between its preview and now the case may have moved. Raises `Refusal`."""
    standing = await counter.standing(CaseKind.ASSESSMENT, str(year))
    if standing is not None:
        foresee_all(counter, standing, acts, actor)


async def _told(site: Site, runs: Runs, year: int, batch: str, of: int) -> AsyncIterator[ServerSentEvent]:
    """The progress whenever it has changed, until nothing runs any more."""
    shown = templates.env.get_template("yearend_progress_live.html")
    told: Progress | None = None
    for _ in range(int(_STREAM_SECONDS / LOOK_SECONDS)):
        seen = await _progress_of(site, runs, year, batch, of)
        if seen != told:
            told = seen
            yield ServerSentEvent(raw_data=shown.render(progress=seen, year=year))
        if not seen.running:
            break
        await asyncio.sleep(LOOK_SECONDS)
