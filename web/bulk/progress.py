"""How far a batch is, and going on with one that was cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.accounts.forms import refuse_foreign_form
from web.acts.desk import NOBODY_KNOWN
from web.bulk.running import BatchRunner
from web.bulk.store import Batch, BatchStore, ItemState
from web.words import act_word

Show = Callable[..., HTMLResponse]
BatchId = Annotated[str, Path(max_length=60)]


def progress_pages(show: Show, batches: BatchStore, runner: BatchRunner) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def batch_of(batch_id: str) -> Batch:
        batch = await batches.read(batch_id)
        if batch is None:
            raise HTTPException(404, "没有这一批；请回到“批量办理”查看。")
        return batch

    def standing(request: Request, batch: Batch) -> dict[str, object]:
        session = request.state.session
        person = session.account.person if session is not None else NOBODY_KNOWN.id
        theirs = batch.actor.id == person
        return {"batch": batch, "word": act_word(batch.act), "state": ItemState, "theirs": theirs}

    @router.get("/bulk/batches/{batch_id}")
    async def progress(request: Request, batch_id: BatchId) -> HTMLResponse:
        return show(request, "bulk_batch.html", "bulk", **standing(request, await batch_of(batch_id)))

    @router.get("/bulk/batches/{batch_id}/standing")
    async def part(request: Request, batch_id: BatchId) -> HTMLResponse:
        return show(request, "bulk_standing.html", "bulk", **standing(request, await batch_of(batch_id)))

    @router.post("/bulk/batches/{batch_id}/go")
    async def go_on(request: Request, batch_id: BatchId) -> Response:
        batch = await batch_of(batch_id)
        if not standing(request, batch)["theirs"]:
            raise HTTPException(403, "这一批记在另一个人名下，只能由本人继续办理。")
        await runner.begin(batch_id)
        return RedirectResponse(f"/bulk/batches/{batch_id}", status_code=303)

    return router
