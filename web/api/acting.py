"""The API's acts: what may be done in a case, what it would do, doing it once; starting a year."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.acts import Command, Role
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import OpenCycle
from domain.roster.books import ROSTER
from web.accounts.concern import read_concern
from web.acts.counter import Counter
from web.acts.desk import desk_of
from web.acts.next_steps import acts_of, awaited
from web.acts.pages import actor_of
from web.acts.said import foreseen_words
from web.api import answers
from web.api.description import ActName, CaseId, errors, refuse_foreign
from web.api.problems import ProblemRoute
from web.reading import read_case, read_town_book
from web.site import Site
from web.words import act_word
from workflows.messages import Receipt

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="同一个键再发一次是同一件事；不填则每次都是新的一件",
        examples=["report-2026-lys-1"],
    ),
]


class ActBody(BaseModel):
    """An act as it is sent. `body`: its fields, by the JSON Schema of the list of acts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"body": {"form": "spoken"}}]})

    body: dict[str, Any] = Field(default_factory=dict)
    on_behalf_of: str | None = Field(
        default=None, min_length=1, max_length=64, description="代谁办理（代录须在 body.paper 写明纸质材料编号）"
    )


class YearBody(BaseModel):
    """The year to start, with the roster of today."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=2200, examples=[2026])


def acting_routes(site: Site, counter: Counter) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=ProblemRoute, dependencies=[Depends(refuse_foreign)])

    @router.get(
        "/api/v1/cases/{kind}/{case_id}/acts",
        tags=["办理"],
        summary="我在这个案件里能办的事，及其 JSON Schema",
        responses=errors(404),
    )
    async def acts(request: Request, kind: CaseKind, case_id: CaseId) -> answers.ActList:
        concern = await read_concern(site, request.state.session)
        row = await read_case(site.engine, site.town, kind, case_id)
        theirs = [
            command
            for command in acts_of(kind).values()
            if row is not None and (concern.roles is None or concern.actor(row, command) is not None)
        ]
        if row is None or not (theirs or concern.may_see(row)):
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它与您无关；请核对编号。")
        next_ones = awaited(kind, row.stage) if row.open else ()
        return answers.ActList(
            acts=[
                answers.ActAnswer(
                    act=command.act,
                    word=act_word(command.act),
                    awaited=command in next_ones,
                    command=command.model_json_schema(),
                )
                for command in theirs
            ]
        )

    @router.post(
        "/api/v1/cases/{kind}/{case_id}/acts/{act}/foresee",
        tags=["办理"],
        summary="办了会怎样；什么也不记下",
        responses=errors(404, 409),
    )
    async def foresee(
        request: Request, kind: CaseKind, case_id: CaseId, act: ActName, sent: ActBody
    ) -> answers.Foreseeing:
        desk = await desk_of(site, counter, request, kind, case_id, act, sent.on_behalf_of)
        made = _command(desk.command, sent, staff=desk.actor.role is Role.STAFF)
        desk.concern.refuse_others(made, desk.actor)
        seen = counter.foresee(desk.standing, made, desk.actor)
        return answers.Foreseeing(
            events=[{"event": event.type_name, "body": event.body()} for event in seen.events],
            follows=foreseen_words(seen).follows,
            stage=seen.after.stage,
            due=seen.after.due,
            open=seen.after.open,
        )

    @router.post(
        "/api/v1/cases/{kind}/{case_id}/acts/{act}",
        tags=["办理"],
        summary="办理，同一个 Idempotency-Key 只办一次",
        responses=errors(404, 409),
    )
    async def do(
        request: Request, kind: CaseKind, case_id: CaseId, act: ActName, sent: ActBody, key: Key = None
    ) -> answers.Done:
        desk = await desk_of(site, counter, request, kind, case_id, act, sent.on_behalf_of)
        made = _command(desk.command, sent, staff=desk.actor.role is Role.STAFF)
        desk.concern.refuse_others(made, desk.actor)
        return _done(await counter.do(kind, case_id, made, desk.actor, command_id_of(desk.actor.id, key)))

    @router.post("/api/v1/cycles", tags=["办理"], summary="启动一个年度", status_code=201, responses=errors(409))
    async def start(request: Request, sent: YearBody, key: Key = None) -> answers.Done:
        roster = await read_town_book(site.engine, site.town, ROSTER)
        posts, deputies = roster.posts(site.today()), len(roster.active_deputies)
        if not posts or not deputies:
            raise HTTPException(409, "名册中还没有测评对象或代表，请先导入名册。")
        opening = OpenCycle(year=sent.year, subjects=posts, deputies=deputies)
        actor = actor_of(request, OpenCycle)
        command_id = command_id_of(actor.id, key)
        return _done(await counter.start(CaseKind.CYCLE, str(sent.year), opening, actor, command_id))

    return router


def command_id_of(person: str, key: str | None) -> str:
    """The act's id of a key. Made of the person too, so that nobody takes another's id, nor one of the pages'."""
    if key is None:
        return f"api-{uuid4()}"
    return f"api-{hashlib.sha256(f'{person} {key}'.encode()).hexdigest()[:40]}"


def _command(command: type[Command], sent: ActBody, *, staff: bool) -> Command:
    """The act that was sent. Raises `RequestValidationError` with every fault at its place, as for any other body."""
    try:
        made = command.model_validate(sent.body)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", "body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from error
    if staff and sent.on_behalf_of is not None and not (made.paper or "").strip():
        raise HTTPException(422, "代录须在 body.paper 写明纸质材料编号，或在页面上附扫描件办理。")
    return made


def _done(receipt: Receipt) -> answers.Done:
    return answers.Done(
        command_id=receipt.command_id,
        repeated=receipt.repeated,
        events=[event.model_dump() for event in receipt.events],
        warnings=receipt.warnings,
        version=receipt.version,
        next_deadline=receipt.next_deadline,
    )
