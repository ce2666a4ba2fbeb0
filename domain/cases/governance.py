"""What all cases have in common beside their own process: who may act, voiding, corrections by two persons, delegates.

`Governed` wraps a decider and is one itself, so the workflow knows no difference. Its state keeps the events as they
were recorded: a correction is folded by reading them again with the corrected values, never by mending the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar, cast

from pydantic import JsonValue

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.aftermath import EffectRefused
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Decider, Effect, TellCase
from domain.cases.corrections import (
    Changes,
    EndsOutside,
    FollowsUp,
    as_corrected,
    derive,
    merge,
    refuse_unfit,
)
from domain.cases.dates import business_date
from domain.cases.governance_commands import (
    GOVERNANCE_COMMANDS,
    AppointDelegate,
    ConfirmCorrection,
    DeclineCorrection,
    ProposeCorrection,
    VoidCase,
)
from domain.cases.governance_events import (
    GOVERNANCE_EVENTS,
    Corrected,
    CorrectionDeclined,
    CorrectionProposed,
    DelegateAppointed,
    Voided,
)
from domain.cases.outcomes import RecordOutcome
from domain.events import Event, Recorded
from domain.signatures import same_person

S = TypeVar("S")

VOIDED = "voided"
"""Stage and outcome of a case that was opened by mistake."""


@dataclass(frozen=True)
class Delegation:
    """Who may act for whom, and on which days, both included."""

    principal: str
    delegate: str
    from_: date
    until: date


@dataclass(frozen=True)
class PendingCorrection:
    """A correction that waits for its second signature."""

    version: int
    changes: dict[str, JsonValue]
    reason: str
    proposed_by: Actor


@dataclass(frozen=True)
class GovernedState(Generic[S]):
    """A case with what was done to it as a case. `recorded` holds its own events as recorded, uncorrected."""

    inner: S
    recorded: tuple[Recorded, ...] = ()
    voided: str | None = None
    corrections: Changes = field(default_factory=dict)
    pending: dict[int, PendingCorrection] = field(default_factory=dict)
    """Corrections not yet confirmed, by the version of the event that proposed them."""
    delegations: tuple[Delegation, ...] = ()
    facts: CaseFacts | None = None
    """The case in a few words, after the last event; None before the first."""
    news: bool = False
    """Whether the last event changed what the case tells its cycle."""


def authorise(command: Command, actor: Actor, state: GovernedState[S], today: date) -> None:
    """Refuse an act that is not the actor's.

    Acting for somebody takes a delegation that is valid today; the staff record what others did on paper (代录).
    Raises `Refusal` `not_allowed` or `not_delegated`.
    """
    if actor.role not in command.by:
        raise Refusal(
            "not_allowed", f"角色 {actor.role.value} 无权办理“{command.act}”；请由有权的人员办理，或由工作人员代录。"
        )
    if actor.on_behalf_of is None or actor.role in (Role.STAFF, Role.SYSTEM):
        return
    valid = any(
        each.principal == actor.on_behalf_of and each.delegate == actor.id and each.from_ <= today <= each.until
        for each in state.delegations
    )
    if not valid:
        raise Refusal(
            "not_delegated",
            f"{today.isoformat()} 没有有效的委托，不能代 {actor.on_behalf_of} 办理；请先登记委托及其起止日期。",
        )


class Governed(Generic[S]):
    """A decider with the acts that all cases take."""

    def __init__(self, inner: Decider[S]) -> None:
        self.inner = inner
        self.kind: CaseKind = inner.kind
        self.commands: Sequence[type[Command]] = (*inner.commands, *GOVERNANCE_COMMANDS)

    def initial(self) -> GovernedState[S]:
        """The state before anything happened."""
        return GovernedState(self.inner.initial())

    def decide(self, state: GovernedState[S], command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        self._refuse_out_of_place(state, command)
        authorise(command, actor, state, context.today)
        on = business_date(command, context)
        match command:
            case VoidCase():
                return [Voided(reason=command.reason, on=on)]
            case ProposeCorrection():
                return self._propose(state, command, on, context)
            case ConfirmCorrection():
                return self._confirm(state, command, actor, on, context)
            case DeclineCorrection():
                _pending(state, command.proposal_version)
                return [CorrectionDeclined(proposal_version=command.proposal_version, reason=command.reason, on=on)]
            case AppointDelegate():
                return _appoint(command, on)
            case _:
                return self.inner.decide(state.inner, command, actor, context)

    def evolve(self, state: GovernedState[S], recorded: Recorded) -> GovernedState[S]:
        """The state after an event."""
        after = self._evolve(state, recorded)
        facts = self._facts(after)
        known = (None, True) if state.facts is None else (state.facts.outcome, state.facts.open)
        return replace(after, facts=facts, news=(facts.outcome, facts.open) != known)

    def deadlines(self, state: GovernedState[S], context: Context) -> list[Deadline]:
        """What the case waits for; a voided one waits for nothing."""
        return [] if state.voided is not None else self.inner.deadlines(state.inner, context)

    def pass_deadline(self, state: GovernedState[S], deadline: Deadline, context: Context) -> list[Event]:
        """The events of a deadline that has come."""
        return self.inner.pass_deadline(state.inner, deadline, context)

    def effects(self, state: GovernedState[S], recorded: Recorded) -> list[Effect]:
        """What must follow an event outside the case; the cycle is told whenever the outcome changed."""
        effects: list[Effect] = []
        match recorded.event:
            case Corrected() as corrected:
                effects += self._effects_of_correction(state, corrected)
            case Voided() if isinstance(self.inner, EndsOutside):
                effects += cast("EndsOutside[S]", self.inner).when_voided(state.inner)
            case event if isinstance(event, GOVERNANCE_EVENTS):
                pass
            case _:
                effects += self.inner.effects(state.inner, as_corrected(recorded, state.corrections))
        if state.news and self.kind is not CaseKind.CYCLE:
            effects.append(self._news(state, recorded))
        return effects

    def facts(self, state: GovernedState[S]) -> CaseFacts:
        """The case in a few words."""
        return self._facts(state) if state.facts is None else state.facts

    def _facts(self, state: GovernedState[S]) -> CaseFacts:
        facts = self.inner.facts(state.inner)
        if state.voided is None:
            return facts
        return facts.model_copy(update={"stage": VOIDED, "outcome": VOIDED, "open": False, "due": None})

    def _evolve(self, state: GovernedState[S], recorded: Recorded) -> GovernedState[S]:
        match recorded.event:
            case Voided(reason=reason):
                return replace(state, voided=reason)
            case CorrectionProposed() as proposed:
                proposal = PendingCorrection(
                    proposed.version, proposed.changes, proposed.reason, recorded.metadata.actor
                )
                return replace(state, pending={**state.pending, recorded.version: proposal})
            case CorrectionDeclined(proposal_version=version):
                return replace(state, pending=_without(state.pending, version))
            case Corrected() as corrected:
                return replace(
                    state,
                    inner=self._refold(state.recorded, corrected.changes),
                    corrections=corrected.changes,
                    pending=_without(state.pending, corrected.proposal_version),
                )
            case DelegateAppointed() as event:
                delegation = Delegation(event.principal, event.delegate, event.from_, event.until)
                return replace(state, delegations=(*state.delegations, delegation))
            case EffectRefused():
                return state
            case _:
                return replace(
                    state, inner=self.inner.evolve(state.inner, recorded), recorded=(*state.recorded, recorded)
                )

    def _refold(self, events: Sequence[Recorded], corrections: Changes) -> S:
        state = self.inner.initial()
        for recorded in events:
            state = self.inner.evolve(state, as_corrected(recorded, corrections))
        return state

    def _refuse_out_of_place(self, state: GovernedState[S], command: Command) -> None:
        if state.voided is not None:
            raise Refusal("voided", f"本案已作废（{state.voided}），不能再办理；如需办理请重新立案。")
        opening = isinstance(command, self.inner.commands[0])
        if opening and state.recorded:
            raise Refusal("already_open", "本案已经立案，不需要再次立案。")
        if not opening and not state.recorded:
            raise Refusal("not_open", "本案尚未立案；请先立案。")

    def _propose(self, state: GovernedState[S], command: ProposeCorrection, on: date, context: Context) -> list[Event]:
        recorded = next((each for each in state.recorded if each.version == command.version), None)
        if recorded is None:
            raise Refusal(
                "unknown_event", f"本案没有可更正的第 {command.version} 号事件；请从案件时间线中选择要更正的记录。"
            )
        refuse_unfit(as_corrected(recorded, state.corrections), command.changes, context.today)
        self._consequences(state, {command.version: command.changes}, context)
        return [CorrectionProposed(version=command.version, changes=command.changes, reason=command.reason, on=on)]

    def _confirm(
        self, state: GovernedState[S], command: ConfirmCorrection, actor: Actor, on: date, context: Context
    ) -> list[Event]:
        proposal = _pending(state, command.proposal_version)
        if same_person(actor, proposal.proposed_by):
            raise Refusal("same_person", "更正须由两人签署，提出人不能自己确认；请由另一人确认。")
        changes = self._consequences(state, {proposal.version: proposal.changes}, context)
        return [
            Corrected(
                version=proposal.version,
                proposal_version=command.proposal_version,
                changes={version: dict(values) for version, values in changes.items()},
                reason=proposal.reason,
                on=on,
            )
        ]

    def _consequences(self, state: GovernedState[S], changes: Changes, context: Context) -> Changes:
        try:
            return derive(self.inner, state.recorded, merge(state.corrections, changes), context)
        except ValueError as error:
            raise Refusal("inconsistent", f"更正后的记录前后矛盾：{error}。请核对更正内容。") from error

    def _effects_of_correction(self, state: GovernedState[S], corrected: Corrected) -> list[Effect]:
        inner = self.inner
        if isinstance(inner, FollowsUp):
            return cast("FollowsUp[S]", inner).after_correction(state.inner)
        return [
            effect
            for recorded in state.recorded
            if recorded.version == corrected.version or recorded.version in corrected.changes
            for effect in inner.effects(state.inner, as_corrected(recorded, state.corrections))
        ]

    def _news(self, state: GovernedState[S], recorded: Recorded) -> TellCase:
        facts = self.facts(state)
        command = RecordOutcome(
            kind=self.kind,
            case_id=recorded.stream.removeprefix(f"{self.kind.value}-"),
            outcome=facts.outcome or "",
            open=facts.open,
        )
        return TellCase(kind=CaseKind.CYCLE, case_id=str(facts.year), command=command, optional=True)


def _pending(state: GovernedState[S], version: int) -> PendingCorrection:
    try:
        return state.pending[version]
    except KeyError:
        raise Refusal(
            "unknown_correction", f"没有待确认的更正（第 {version} 号事件）；它可能已经确认或否决。"
        ) from None


def _appoint(command: AppointDelegate, on: date) -> list[Event]:
    if command.until < command.from_:
        raise Refusal("dates_reversed", f"委托止日 {command.until} 早于起日 {command.from_}；请核对起止日期。")
    if command.delegate == command.principal:
        raise Refusal("same_person", "受托人与委托人是同一人；请另选受托人。")
    return [
        DelegateAppointed(
            principal=command.principal,
            delegate=command.delegate,
            from_=command.from_,
            until=command.until,
            reason=command.reason,
            on=on,
        )
    ]


def _without(pending: dict[int, PendingCorrection], version: int) -> dict[int, PendingCorrection]:
    return {key: value for key, value in pending.items() if key != version}
