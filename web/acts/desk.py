"""Where one stands before an act's form: the case, the act, and whether it is theirs at all."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException, Request

from domain.acts import Actor, Command, Role
from domain.cases.case import CaseKind, stream_of
from web.accounts.concern import Concern, read_concern
from web.acts.counter import Counter, Standing
from web.acts.next_steps import acts_of
from web.reading import read_case, read_events
from web.site import Site
from web.words import act_word

NOBODY_KNOWN = Actor(id="web", role=Role.STAFF)
"""Who acts while a town has no accounts: the pages are then open on this machine alone."""


@dataclass(frozen=True)
class Desk:
    """An act that somebody may do in a case, and they."""

    standing: Standing
    command: type[Command]
    actor: Actor
    concern: Concern

    @property
    def stream(self) -> str:
        """The case's."""
        return stream_of(self.standing.kind, self.standing.case_id)


async def desk_of(
    site: Site, counter: Counter, request: Request, kind: CaseKind, case_id: str, act: str, behalf: str | None = None
) -> Desk:
    """Raises `HTTPException`: 404 where the case is none, or none of theirs; 403 where the act is not theirs."""
    concern = await read_concern(site, request.state.session)
    command, row = acts_of(kind).get(act), await read_case(site.engine, site.town, kind, case_id)
    standing = await counter.standing(kind, case_id) if command is not None and row is not None else None
    if command is None or row is None or standing is None:
        raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它没有这个事项")
    actor = concern.actor(row, command, behalf)
    if concern.roles is None:
        actor = NOBODY_KNOWN.model_copy(update={"on_behalf_of": behalf})
    if actor is None and not concern.may_see(row):
        raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它没有这个事项")
    if actor is None:
        raise HTTPException(403, f"您的角色不能办理“{act_word(command.act)}”。")
    return Desk(standing, command, actor, concern)


async def is_done(site: Site, kind: CaseKind, case_id: str, command_id: str) -> bool:
    events = await read_events(site.engine, site.town, kind, case_id)
    return any(event.metadata.command_id == command_id for event in events)


async def sees_after(site: Site, desk: Desk) -> bool:
    """Whether they see the case after their act: what it moved on to may be others' part."""
    row = await read_case(site.engine, site.town, desk.standing.kind, desk.standing.case_id)
    return row is not None and desk.concern.may_see(row)
