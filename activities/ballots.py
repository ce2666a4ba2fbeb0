"""Opening and closing a poll's ballot box.

Ballots never pass through here: a workflow knows that the box opened, that it closed, and the counts.
"""

from __future__ import annotations

from temporalio import activity

from activities import signatures as calls
from activities.effects import effect_of
from ballotbox.interface import BallotBox
from ballotbox.offices import PartyUnreachable
from ballotbox.polls import BoxSubject, PollKey, PollSetup
from ballotbox.refusals import unreachable
from domain.acts import Refusal
from domain.cases.case import CaseKind, CloseBox, DiscardBox, OpenBox, fold
from domain.cases.poll.commands import RecordCount
from domain.cases.poll.state import PollState
from domain.cases.registry import GOVERNED
from domain.policy.document import BallotMode, Policy
from domain.roster.books import ROSTER
from domain.roster.state import RosterState
from eventstore.books import read_book
from eventstore.store import EventStore


class BallotEffects:
    """What a poll's case has done to its box."""

    def __init__(self, box: BallotBox, store: EventStore) -> None:
        self._box = box
        self._store = store

    @activity.defn(name="open_box")
    async def open_box(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Make the box of a poll, with its subjects, its deputies and who of them is recused for whom.

        A box that is there stays as it is: done again after recovery, the roster of today must not be held against it.
        """
        effect = effect_of(request, OpenBox)
        roster = await read_book(self._store, request.town, ROSTER)
        poll = await self._poll(request)
        if poll.stage.over:
            return calls.EffectOutcome()  # void meanwhile, as while a party could not be reached: not opened any more
        setup = await self._box.setup_of(_key(request, effect.poll_id))
        if setup is None:
            setup = setup_of(request.town, effect.poll_id, poll, request.policy, roster)
        try:
            await self._box.open(setup, {deputy.id: deputy.name for deputy in roster.deputies.values()})
        except Refusal as refusal:
            if refusal.code == "discarded":
                return calls.EffectOutcome()  # done again after recovery, and the poll is void meanwhile
            return _refused(refusal)
        return calls.EffectOutcome()

    @activity.defn(name="close_box")
    async def close_box(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Close the box and have it counted; answers with the counts, or with what keeps it from being closed."""
        effect = effect_of(request, CloseBox)
        try:
            counted = await self._box.close(_key(request, effect.poll_id))
        except Refusal as refusal:
            return _refused(refusal)
        except PartyUnreachable as fault:
            return _refused(unreachable(str(fault)))  # the poll may be closed again, as soon as the party is back
        return calls.EffectOutcome(answers=[RecordCount(counts=counted.subjects, unopened=counted.reason)])

    @activity.defn(name="discard_box")
    async def discard_box(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Destroy the box of a void poll, unread. Parties that cannot be reached are told later, by the worker."""
        effect = effect_of(request, DiscardBox)
        try:
            await self._box.discard(_key(request, effect.poll_id))
        except Refusal as refusal:
            return _refused(refusal)
        return calls.EffectOutcome()

    async def _poll(self, request: calls.PerformEffect) -> PollState:
        decider = GOVERNED[CaseKind.POLL]
        state: PollState = fold(decider, await self._store.read_stream(request.town, request.origin)).inner
        return state


def setup_of(town: str, poll_id: str, poll: PollState, policy: Policy, roster: RosterState) -> PollSetup:
    """The box's setup of a poll: its subjects, who may vote on whom, and what the policy says of ballots.

    Before the poll is opened, as for the ceremony on the day before, as many as are entitled may come.
    """
    on_phones = poll.mode is not BallotMode.PAPER
    held_on = poll.opened_on or poll.day
    assert held_on is not None  # a poll that was called has a day
    asked = on_phones and policy.appraisal.recusal
    subjects = []
    for item in poll.items:
        attendance = poll.attendance.get(item.subject)
        named = roster.subjects.get(item.subject)
        subjects.append(
            BoxSubject(
                subject=item.subject,
                ballots=item.entitled if attendance is None else attendance.issued,
                present=None if attendance is None else attendance.present,
                label="" if named is None else named.name,
                recused=tuple(sorted(roster.recused(item.subject, held_on))) if asked else (),
            )
        )
    return PollSetup(
        town=town,
        poll_id=poll_id,
        mode=poll.mode,
        policy=policy.appraisal,
        subjects=tuple(subjects),
        deputies=tuple(deputy.id for deputy in roster.active_deputies) if on_phones else (),
        with_dimensions=poll.with_dimensions,
        ballot=policy.ballot,
        title=f"{held_on.isoformat()} {'再次测评' if poll.revote else '民主测评'}",
    )


def _key(request: calls.PerformEffect, poll_id: str) -> PollKey:
    """The box of a poll is named by the poll's case, which is unique over the years."""
    return PollKey(request.town, poll_id)


def _refused(refusal: Refusal) -> calls.EffectOutcome:
    return calls.EffectOutcome(refused_code=refusal.code, refused_message=refusal.message)
