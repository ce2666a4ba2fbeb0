"""`/events`: tells an open page that something it may see has changed. Ids and counts only; the page fetches the rest.

Server-sent events. Each has the log's position as its id: a browser that comes back names the last one, and is told
what it missed. Watching is no use of the session: one that nobody uses ends, and so does its stream.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from notices.inbox import InBox
from web.accounts.concern import Concern, read_concern
from web.accounts.guard import COOKIE
from web.accounts.model import Session
from web.accounts.store import AccountStore
from web.live.hub import Changes, Head, Hub
from web.reader import reader_of
from web.site import Site
from web.todo import tasks_of

T = TypeVar("T")
HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS = 600.0
"""A stream ends after so long, and the browser opens the next: what its reader may see is then asked anew."""
_RETRY_MILLISECONDS = 3000
_FIGURES = 20
"""No position of a log has so many."""


def event_pages(site: Site, accounts: AccountStore) -> APIRouter:
    """The route."""
    router = APIRouter()
    hub = Hub(site)
    box = InBox(site.engine, site.town)

    @router.get("/events")
    async def events(request: Request, after: int | None = None) -> Response:
        session: Session | None = request.state.session
        token = request.cookies.get(COOKIE, "")
        last = _last(request, after)
        concern = await read_concern(site, session)
        login = session.account.login if session is not None else ""
        if hub.full(login):
            raise HTTPException(503, "打开的页面太多，请关掉一些再试。")

        async def told(before: int | None, head: Head) -> str:
            changes = await hub.changes(before, head.position) if before is not None else Changes()
            body = _seen(changes, concern)
            body["todo"] = len(tasks_of(concern.among(await hub.open_cases(head.position)), concern, site.today()))
            body["unread"] = await box.unread(reader_of(concern))
            return f"id: {head.position}\nevent: change\ndata: {json.dumps(body)}\n\n"

        async def stream() -> AsyncIterator[str]:
            async with hub.watch(login):
                yield f"retry: {_RETRY_MILLISECONDS}\n\n"
                head = await _whole(hub.head())
                yield await _whole(told(last, head))
                ends = time.monotonic() + STREAM_SECONDS
                while time.monotonic() < ends:
                    moved = await hub.moved(head, HEARTBEAT_SECONDS)
                    if session is not None and await _whole(accounts.peek(token)) is None:
                        yield "event: ended\ndata: {}\n\n"
                        return
                    yield await _whole(told(head.position, moved)) if moved != head else ": still here\n\n"
                    head = moved

        return StreamingResponse(
            stream(), media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
        )

    return router


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end, also when the reader goes meanwhile: a query cut off would cost its connection."""
    task = asyncio.create_task(work)
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)
    return await asyncio.shield(task)


_UNDER_WAY: set[asyncio.Task[Any]] = set()


def _last(request: Request, after: int | None) -> int | None:
    """Up to where the page was told: by the browser on its own return, by our script on a page's."""
    named = request.headers.get("last-event-id", "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < _FIGURES else after


def _seen(changes: Changes, concern: Concern) -> dict[str, Any]:
    """Of the changes what the viewer may know of."""
    rows = concern.among(changes.rows)
    return {
        "all": changes.unknown,
        "cases": sorted(f"{row.kind.value}/{row.case_id}" for row in rows),
        "years": sorted({row.year for row in rows}),
        "books": list(changes.books) if concern.whole else [],
    }
