"""Which cases are whose: the one place that says which rows, and which lines of a case, an account sees and acts in.

`access.py` says which pages a role has; this says of which cases those pages may speak. It is asked by the pages of
cases and acts, by every list, and by whatever else shows or changes a case::

    concern = await read_concern(site, request.state.session)
    rows = concern.among(await read_cases(…))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.case import CaseKind, stream_of
from domain.cases.cycle.commands import RegisterProposal
from domain.cases.proposal.commands import DecideStep
from domain.cases.proposal.stages import BODIES
from domain.events import Recorded
from domain.roster.books import ROSTER
from domain.rules.tenure import Tenure
from web.accounts.delegations import read_principals, read_tenures
from web.accounts.model import Session
from web.reading import CaseRow, read_town_book
from web.site import Site

OFFICES = frozenset({Role.STAFF, Role.PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE})
"""Those who see the year as a whole, and all that a case they see holds."""
PUT_TO_DEPUTIES: Mapping[CaseKind, frozenset[str]] = {
    CaseKind.PROPOSAL: frozenset({"deputies", "village_meeting", "final_approval", "in_progress", "completed"}),
    CaseKind.RECTIFICATION: frozenset({"awaiting_revote", "revote"}),
}
"""The stages in which a case is before the deputies, or has been. Drafts and criticism are not."""
PUBLIC_ASSESSMENT = frozenset({"publicity", "objections", "tie", "final", "annulled"})
"""The stages in which a ranking is public."""
WITHOUT_PAPER = "代录要附签了字的扫描件；没有扫描件的，请写明纸质材料编号。"
_PUBLIC_EVENTS = frozenset(
    f"assessment.{name}"
    for name in ("ranking_published", "publicity_ended", "finalised", "annulled", "last_decided", "reopened")
)
_NOT_FOR_DEPUTIES = frozenset({"appraisal.criticised"})


class Case(Protocol):
    """What the rule needs of a case; a `CaseRow` is one."""

    @property
    def kind(self) -> CaseKind: ...
    @property
    def case_id(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def stage(self) -> str: ...
    @property
    def open(self) -> bool: ...
    @property
    def opened_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...


@dataclass(frozen=True)
class Concern:
    """What one person is concerned with. `roles` None: the town has no accounts, its pages are open on this machine."""

    roles: tuple[Role, ...] | None
    person: str = ""
    today: date = date.min
    tenures: tuple[Tenure, ...] = ()
    """Posts that the person holds or held."""
    villages: frozenset[str] = frozenset()
    principals: Mapping[str, str] = field(default_factory=dict)
    """By stream: for whom they may act today, in cases in which a delegation says so."""

    def may_see(self, case: Case) -> bool:
        """Whether the case is any of theirs to see."""
        return self.roles is None or any(self.sees_as(role, case) for role in self.roles)

    def among(self, rows: Iterable[CaseRow]) -> list[CaseRow]:
        """Those of the cases that they may see, in their order."""
        return [row for row in rows if self.may_see(row)]

    @property
    def whole(self) -> bool:
        """Whether they see the year as a whole, its log included."""
        return self.roles is None or not OFFICES.isdisjoint(self.roles)

    def sees_as(self, role: Role, case: Case) -> bool:
        """Whether somebody of that role alone sees the case."""
        kind = case.kind
        public = kind is CaseKind.ASSESSMENT and case.stage in PUBLIC_ASSESSMENT
        match role:
            case Role.STAFF | Role.PRESIDIUM | Role.PARTY_COMMITTEE:
                return True
            case Role.DISCIPLINE_OFFICE:
                return kind is not CaseKind.PROPOSAL
            case Role.SCRUTINEER:
                return kind is CaseKind.POLL
            case Role.TOWN_LEADER:
                led = not self.villages or case.subject in self.villages
                return public or (kind is CaseKind.PROPOSAL and led)
            case Role.VILLAGE:
                own = kind is CaseKind.PROPOSAL and case.subject in self.villages
                return public or own or (kind is CaseKind.PROPOSAL and self._principal(case) is not None)
            case Role.HEAD:
                own = case.subject is not None and self._answers(case)
                return public or (kind in _OF_A_POST and (own or self._principal(case) is not None))
            case Role.DEPUTY:
                put = case.stage in PUT_TO_DEPUTIES.get(kind, frozenset())
                return public or put or kind in (CaseKind.POLL, CaseKind.APPRAISAL)
            case _:
                return False

    def _principal(self, case: Case) -> str | None:
        return self.principals.get(stream_of(case.kind, case.case_id))

    def _answers(self, case: Case) -> bool:
        """An open case is its post's head of today; a closed one is theirs who held the post while it ran."""
        last = case.closed_on if not case.open and case.closed_on is not None else self.today
        first = self.today if case.open else case.opened_on
        return any(
            tenure.subject == case.subject
            and (tenure.since is None or tenure.since <= last)
            and (tenure.until is None or first <= tenure.until)
            for tenure in self.tenures
        )

    def readable(self, case: Case, events: Sequence[Recorded]) -> list[Recorded]:
        """The lines of a case's log that they may read."""
        if self.whole:
            return list(events)
        if case.kind is CaseKind.ASSESSMENT:
            return self._public(events)
        heads = self.roles is not None and Role.HEAD in self.roles and self.sees_as(Role.HEAD, case)
        return [each for each in events if heads or each.event.type_name not in _NOT_FOR_DEPUTIES]

    def _public(self, events: Sequence[Recorded]) -> list[Recorded]:
        """Of an assessment what is public, what says something of their own posts, and their own objections."""
        posts = {tenure.subject for tenure in self.tenures}
        mine: set[str] = set()
        lines = []
        for each in events:
            body = each.event.body()
            if each.metadata.actor.id == self.person and each.event.type_name == "assessment.objection_raised":
                mine.add(body["objection_id"])
            theirs = body.get("objection_id") in mine or body.get("subject") in posts
            if each.event.type_name in _PUBLIC_EVENTS or theirs:
                lines.append(each)
        return lines

    def actor(self, case: Case, command: type[Command], on_behalf_of: str | None = None) -> Actor | None:
        """They, in the first of their roles that may do this act in this case; None where none may.

        A delegate acts for the principal whose case it is.
        """
        for role in self.roles or ():
            if role in command.by and self._acts_as(role, case, command):
                behalf = on_behalf_of or (self._principal(case) if role in _DELEGATES else None)
                return Actor(id=self.person, role=role, on_behalf_of=behalf)
        return None

    def _acts_as(self, role: Role, case: Case, command: type[Command]) -> bool:
        if command is DecideStep and role is not Role.STAFF:
            return role in _bodies(case.stage) and self.sees_as(role, case)
        # A village registers its proposals in the year's case, of which it sees nothing else.
        registers = role is Role.VILLAGE and case.kind is CaseKind.CYCLE and command is RegisterProposal
        return registers or self.sees_as(role, case)

    def refuse_others(self, command: Command, actor: Actor) -> None:
        """Refuse what names somebody else's village (`not_yours`), or is another's without a paper (`no_paper`)."""
        if actor.role is Role.STAFF and actor.on_behalf_of is not None and not command.paper:
            raise Refusal("no_paper", WITHOUT_PAPER)
        if (
            actor.role is Role.VILLAGE
            and isinstance(command, RegisterProposal)
            and command.village not in self.villages
        ):
            known = "、".join(sorted(self.villages))
            raise Refusal("not_yours", f"只能登记本村（{known}）的议案；村名请与登记的写法一致。")


_DELEGATES = frozenset({Role.HEAD, Role.VILLAGE})
_OF_A_POST: Collection[CaseKind] = frozenset({CaseKind.APPRAISAL, CaseKind.RECTIFICATION, CaseKind.POLL})


def _bodies(stage: str) -> frozenset[Role]:
    """Who decides on a proposal in a stage."""
    return next((roles for step, roles in BODIES.items() if step.value == stage), frozenset())


async def read_concern(site: Site, session: Session | None) -> Concern:
    """What whoever looks is concerned with.

    Who the roster says is a deputy no more is none here, whatever their account says. A village's account that names
    no village is that of the village `person`.
    """
    if session is None:
        return Concern(None)
    account = session.account
    roles, tenures, principals = account.roles, tuple[Tenure, ...](), dict[str, str]()
    if Role.DEPUTY in roles:
        roster = await read_town_book(site.engine, site.town, ROSTER)
        if account.person in roster.retired_deputies:
            roles = tuple(role for role in roles if role is not Role.DEPUTY)
    if Role.HEAD in roles:
        tenures = tuple(each for each in await read_tenures(site.engine, site.town) if each.person == account.person)
    if not _DELEGATES.isdisjoint(roles):
        principals = await read_principals(site.engine, site.town, account.person, site.today())
    villages = frozenset(account.villages)
    if not villages and Role.VILLAGE in account.roles:
        villages = frozenset({account.person})
    return Concern(roles, account.person, site.today(), tenures, villages, principals)
