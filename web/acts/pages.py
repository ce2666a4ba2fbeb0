"""Pages of acts: a form, then what the act would do, then done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.case import CaseKind
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.acts.counter import Counter, Foreseen
from web.acts.desk import NOBODY_KNOWN, Desk, desk_of, is_done, sees_after
from web.acts.fields import Unfit, command_of, fields_of
from web.acts.said import foreseen_words
from web.scans.form import FILE, attached, refuse_without, with_paper
from web.scans.store import ScanStore, Use
from web.site import Site
from web.words import KINDS, act_word
from workflows.client import EngineUnavailable

Show = Callable[..., HTMLResponse]


def actor_of(request: Request, command: type[Command], on_behalf_of: str | None = None) -> Actor:
    """Who acts, in the first of their roles that may do this act. Raises `HTTPException` 403 where none may."""
    session: Session | None = request.state.session
    if session is None:
        return NOBODY_KNOWN.model_copy(update={"on_behalf_of": on_behalf_of})
    actor = session.account.actor(command.by, on_behalf_of)
    if actor is None:
        raise HTTPException(403, f"您的角色不能办理“{act_word(command.act)}”。")
    return actor


def may_do(request: Request, command: type[Command]) -> bool:
    """Whether an act may be offered to whoever looks."""
    session: Session | None = getattr(request.state, "session", None)
    return session is None or session.account.actor(command.by) is not None


def act_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes; `show` renders a template with what all pages need."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    scans = ScanStore(site.engine, site.town)

    def form(
        request: Request,
        desk: Desk,
        *,
        filled: Mapping[str, str],
        scan: Use | None = None,
        faults: Mapping[str, str] | None = None,
        foreseen: Foreseen | None = None,
        status_code: int = 200,
    ) -> HTMLResponse:
        standing, command = desk.standing, desk.command
        values: dict[str, Any] = {
            "standing": standing,
            "seen": desk.concern.whole,
            "scan": scan,
            "others": desk.others,
            "kind_word": KINDS[standing.kind],
            "act": command.act,
            "word": act_word(command.act),
            "fields": fields_of(command),
            "filled": filled,
            "faults": faults or {},
            "foreseen": None if foreseen is None else foreseen_words(foreseen),
            "for_others": desk.actor.role is Role.STAFF and len(command.by - {Role.SYSTEM}) > 1,
            "command_id": filled.get("command_id") or f"web-{uuid4()}",
        }
        return show(request, "act.html", "year", status_code=status_code, **values)

    @router.get("/cases/{kind}/{case_id}/do/{act}")
    async def act_form(request: Request, kind: CaseKind, case_id: str, act: str) -> HTMLResponse:
        desk = await desk_of(site, counter, request, kind, case_id, act)
        return form(request, desk, filled=dict(request.query_params))

    @router.post("/cases/{kind}/{case_id}/do/{act}")
    async def act_sent(request: Request, kind: CaseKind, case_id: str, act: str) -> Response:
        filled = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        desk = await desk_of(site, counter, request, kind, case_id, act, filled.get("on_behalf_of", "").strip() or None)
        actor, standing = desk.actor, desk.standing
        command_id = filled.setdefault("command_id", "") or f"web-{uuid4()}"
        filled["command_id"] = command_id
        done = await is_done(site, kind, case_id, command_id)
        attachment = await attached(request, scans, desk.stream, command_id, actor.id, done=done)
        scan = attachment.use
        without = attachment.fault or refuse_without(filled, scan, actor)
        again = partial(form, request, desk, filled=filled, scan=scan)
        try:
            made = command_of(desk.command, with_paper(filled, scan))
        except Unfit as unfit:
            faults = {**unfit.faults, FILE: without} if without else unfit.faults
            return again(faults=faults, status_code=422)
        if without:
            return again(faults={FILE: without}, status_code=422)
        try:
            desk.concern.refuse_others(made, actor)
            if filled.get("press") != "do":
                return again(foreseen=counter.foresee(standing, made, actor))
            await counter.do(kind, case_id, made, actor, command_id)
        except Refusal as refusal:
            return again(faults={"": refusal.message}, status_code=422)
        except EngineUnavailable:
            fault = "流程引擎暂时没有应答，这件事还不能确定是否办妥。请稍候再按一次“确认办理”，不会重复办理。"
            return again(faults={"": fault}, foreseen=counter.foresee(standing, made, actor), status_code=503)
        if not await sees_after(site, desk):
            return RedirectResponse(f"/mine?done={act}", status_code=303)
        return RedirectResponse(f"/cases/{kind.value}/{case_id}?done={act}", status_code=303)

    return router
