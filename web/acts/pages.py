"""Pages of acts: a form, then what the act would do, then done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.case import CaseKind
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.acts.counter import Counter, Foreseen, Standing
from web.acts.fields import Unfit, command_of, fields_of
from web.acts.next_steps import acts_of
from web.acts.said import foreseen_words
from web.words import KINDS, act_word
from workflows.client import EngineUnavailable

Show = Callable[..., HTMLResponse]

NOBODY_KNOWN = Actor(id="web", role=Role.STAFF)
"""Who acts while a town has no accounts: the pages are then open on this machine alone."""


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


def act_pages(counter: Counter, show: Show) -> APIRouter:
    """The routes; `show` renders a template with what all pages need."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def standing_of(kind: CaseKind, case_id: str, act: str) -> tuple[Standing, type[Command]]:
        command = acts_of(kind).get(act)
        standing = await counter.standing(kind, case_id) if command is not None else None
        if command is None or standing is None:
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它没有这个事项")
        return standing, command

    def form(
        request: Request,
        standing: Standing,
        command: type[Command],
        *,
        filled: Mapping[str, str],
        faults: Mapping[str, str] | None = None,
        foreseen: Foreseen | None = None,
        status_code: int = 200,
    ) -> HTMLResponse:
        actor = actor_of(request, command)
        values: dict[str, Any] = {
            "standing": standing,
            "kind_word": KINDS[standing.kind],
            "act": command.act,
            "word": act_word(command.act),
            "fields": fields_of(command),
            "filled": filled,
            "faults": faults or {},
            "foreseen": None if foreseen is None else foreseen_words(foreseen),
            "for_others": actor.role is Role.STAFF and len(command.by - {Role.SYSTEM}) > 1,
            "command_id": filled.get("command_id") or f"web-{uuid4()}",
        }
        return show(request, "act.html", "year", status_code=status_code, **values)

    @router.get("/cases/{kind}/{case_id}/do/{act}")
    async def act_form(request: Request, kind: CaseKind, case_id: str, act: str) -> HTMLResponse:
        standing, command = await standing_of(kind, case_id, act)
        return form(request, standing, command, filled=dict(request.query_params))

    @router.post("/cases/{kind}/{case_id}/do/{act}")
    async def act_sent(request: Request, kind: CaseKind, case_id: str, act: str) -> Response:
        standing, command = await standing_of(kind, case_id, act)
        filled = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        actor = actor_of(request, command, filled.get("on_behalf_of", "").strip() or None)
        try:
            made = command_of(command, filled)
        except Unfit as unfit:
            return form(request, standing, command, filled=filled, faults=unfit.faults, status_code=422)
        try:
            if filled.get("step") != "do":
                foreseen = counter.foresee(standing, made, actor)
                return form(request, standing, command, filled=filled, foreseen=foreseen)
            await counter.do(kind, case_id, made, actor, filled.get("command_id") or f"web-{uuid4()}")
        except Refusal as refusal:
            return form(request, standing, command, filled=filled, faults={"": refusal.message}, status_code=422)
        except EngineUnavailable:
            fault = "流程引擎暂时没有应答，这件事还不能确定是否办妥。请稍候再按一次“确认办理”，不会重复办理。"
            foreseen = counter.foresee(standing, made, actor)
            return form(
                request, standing, command, filled=filled, faults={"": fault}, foreseen=foreseen, status_code=503
            )
        return RedirectResponse(f"/cases/{kind.value}/{case_id}?done={act}", status_code=303)

    return router
