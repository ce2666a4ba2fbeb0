"""Where one stands before an act's form: the case, the act, and whether it is theirs at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request

from domain.acts import Actor, Command, Role
from domain.cases.case import CaseKind, stream_of
from domain.roster.books import ROSTER
from web.accounts.concern import Concern, read_concern
from web.acts.counter import Counter, Standing
from web.acts.next_steps import acts_of
from web.reading import read_case, read_events, read_town_book
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
    others: Sequence[tuple[str, str]] = ()
    """For whom the staff may be recording it: id, and what it is the id of."""

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
    others = await _others(site, standing, command) if actor.role is Role.STAFF else []
    return Desk(standing, command, actor, concern, others)


async def _others(site: Site, standing: Standing, command: type[Command]) -> list[tuple[str, str]]:
    """Those whose act it usually is: the head of the post, the village, the deputies."""
    roster = await read_town_book(site.engine, site.town, ROSTER)
    subject = standing.facts.subject
    found: list[tuple[str, str]] = []
    names = {deputy.id: deputy.name for deputy in roster.deputies.values()}
    if Role.HEAD in command.by and subject is not None and (head := roster.head(subject, site.today())) is not None:
        found.append((head, f"{roster.subjects[subject].name} {names.get(head, '')}".strip()))
    if Role.VILLAGE in command.by and standing.kind is CaseKind.PROPOSAL and subject is not None:
        found.append((subject, "提出议案的村"))
    if Role.DEPUTY in command.by:
        found += [(deputy.id, f"代表 {deputy.name}") for deputy in roster.active_deputies]
    return found


async def is_done(site: Site, kind: CaseKind, case_id: str, command_id: str) -> bool:
    """Whether an act stands in the case's log."""
    events = await read_events(site.engine, site.town, kind, case_id)
    return any(event.metadata.command_id == command_id for event in events)


async def sees_after(site: Site, desk: Desk) -> bool:
    """Whether they see the case after their act: what it moved on to may be others' part."""
    row = await read_case(site.engine, site.town, desk.standing.kind, desk.standing.case_id)
    return row is not None and desk.concern.may_see(row)
