"""批量办理: choose an act and its cases, look at what each would do, then have them done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID, uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Command
from web.accounts.concern import read_concern
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.fields import Unfit
from web.bulk.choosing import BULK, Candidate, Previewed, candidates_of, command_named, preview, shared_fields
from web.bulk.running import BatchRunner
from web.bulk.store import BatchStore, Item, ItemState
from web.site import Site
from web.words import act_word

Show = Callable[..., HTMLResponse]


def bulk_pages(site: Site, counter: Counter, show: Show, batches: BatchStore, runner: BatchRunner) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def offered(request: Request, act: str) -> tuple[type[Command], list[Candidate]]:
        command = command_named(act)
        if command is None:
            raise HTTPException(404, f"“{act_word(act)}”不能批量办理；请在各个案件中办理。")
        return command, await candidates_of(site, await read_concern(site, request.state.session), command)

    def form(
        request: Request,
        command: type[Command],
        found: Sequence[Candidate],
        *,
        chosen: set[str],
        filled: Mapping[str, str],
        faults: Mapping[str, str] | None = None,
        seen: Sequence[Previewed] | None = None,
    ) -> HTMLResponse:
        return show(
            request,
            "bulk_act.html",
            "bulk",
            status_code=422 if faults else 200,
            act=command.act,
            word=act_word(command.act),
            fields=shared_fields(command),
            candidates=found,
            chosen=chosen,
            filled=filled,
            faults=faults or {},
            seen=seen,
            good=sum(not each.refused for each in seen or ()),
            batch_id=filled.get("batch_id") or str(uuid4()),
        )

    @router.get("/bulk")
    async def acts(request: Request) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        counts = [
            (act, act_word(act), len(await candidates_of(site, concern, command)))
            for act in BULK
            if (command := command_named(act)) is not None
        ]
        recent = [(batch, act_word(batch.act)) for batch in await batches.recent()]
        return show(request, "bulk.html", "bulk", acts=counts, recent=recent, state=ItemState)

    @router.get("/bulk/{act}")
    async def choose(request: Request, act: str) -> HTMLResponse:
        command, found = await offered(request, act)
        return form(request, command, found, chosen={each.key for each in found}, filled={})

    @router.post("/bulk/{act}")
    async def sent(request: Request, act: str) -> Response:
        command, found = await offered(request, act)
        given = await request.form()
        filled = {name: value for name, value in given.items() if isinstance(value, str)}
        chosen = {str(key) for key in given.getlist("chosen")}
        known = await batches.read(_batch_id(filled))
        if filled.get("step") == "do" and known is not None:
            return RedirectResponse(f"/bulk/batches/{known.batch_id}", status_code=303)
        wanted = [each for each in found if each.key in chosen]
        if not wanted:
            return form(request, command, found, chosen=chosen, filled=filled, faults={"": "请至少选一个。"})
        try:
            seen = await preview(counter, command, filled, wanted)
        except Unfit as unfit:
            return form(request, command, found, chosen=chosen, filled=filled, faults=unfit.faults)
        good = [each for each in seen if not each.refused]
        if filled.get("step") != "do" or not good:
            return form(request, command, found, chosen=chosen, filled=filled, seen=seen)
        batch_id = _batch_id(filled)
        await batches.make(batch_id, act, good[0].candidate.actor, _items(good))
        await runner.begin(batch_id)
        return RedirectResponse(f"/bulk/batches/{batch_id}", status_code=303)

    return router


def _items(good: Sequence[Previewed]) -> list[Item]:
    chosen = [(each.candidate, each.command.model_dump_json()) for each in good]
    return [Item(number, c.kind, c.case_id, c.title, made) for number, (c, made) in enumerate(chosen, 1)]


def _batch_id(filled: Mapping[str, str]) -> str:
    """The id that the form was made with: sent twice, it is the same batch."""
    try:
        return str(UUID(filled.get("batch_id", "")))
    except ValueError:
        raise HTTPException(404, "表单不完整，未予办理。请从“批量办理”重新开始。") from None
