"""Opening and closing a poll's ballot box.

Ballots never pass through here: a workflow knows that the box opened, that it closed, and the counts.
"""

from __future__ import annotations

from temporalio import activity

from activities import signatures as calls
from activities.effects import effect_of
from ballotbox.interface import BallotBox
from ballotbox.polls import BoxSubject, PollKey, PollSetup
from domain.acts import Refusal
from domain.cases.case import CaseKind, CloseBox, DiscardBox, OpenBox, fold
from domain.cases.poll.commands import RecordCount
from domain.cases.poll.result import SubjectCount
from domain.cases.poll.state import PollState
from domain.cases.registry import GOVERNED
from domain.policy.document import BallotMode
from domain.roster.books import ROSTER
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
        if await self._is_there(_key(request, effect.poll_id)):
            return calls.EffectOutcome()
        poll = await self._poll(request)
        try:
            await self._box.open(await self._setup(request, effect.poll_id, poll))
        except Refusal as refusal:
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
        counts = {
            subject: SubjectCount(
                overall=count.overall, dimensions=count.dimensions, issued=count.issued, returned=count.returned
            )
            for subject, count in counted.subjects.items()
        }
        return calls.EffectOutcome(answers=[RecordCount(counts=counts)])

    @activity.defn(name="discard_box")
    async def discard_box(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Destroy the box of a void poll, unread."""
        effect = effect_of(request, DiscardBox)
        try:
            await self._box.discard(_key(request, effect.poll_id))
        except Refusal as refusal:
            return _refused(refusal)
        return calls.EffectOutcome()

    async def _is_there(self, poll: PollKey) -> bool:
        try:
            await self._box.status(poll)
        except Refusal as refusal:
            if refusal.code == "unknown_poll":
                return False
            raise
        return True

    async def _poll(self, request: calls.PerformEffect) -> PollState:
        decider = GOVERNED[CaseKind.POLL]
        state: PollState = fold(decider, await self._store.read_stream(request.town, request.origin)).inner
        return state

    async def _setup(self, request: calls.PerformEffect, poll_id: str, poll: PollState) -> PollSetup:
        roster = await read_book(self._store, request.town, ROSTER)
        on_phones = poll.mode is not BallotMode.PAPER
        asked = on_phones and request.policy.appraisal.recusal
        held_on = poll.opened_on or poll.day
        assert held_on is not None  # an open poll has a day; its box is opened by no other
        return PollSetup(
            town=request.town,
            poll_id=poll_id,
            mode=poll.mode,
            policy=request.policy.appraisal,
            subjects=tuple(
                BoxSubject(
                    subject=item.subject,
                    ballots=poll.attendance[item.subject].issued,
                    recused=tuple(sorted(roster.recused(item.subject, held_on))) if asked else (),
                )
                for item in poll.items
            ),
            deputies=tuple(deputy.id for deputy in roster.active_deputies) if on_phones else (),
            with_dimensions=poll.with_dimensions,
        )


def _key(request: calls.PerformEffect, poll_id: str) -> PollKey:
    """The box of a poll is named by the poll's case, which is unique over the years."""
    return PollKey(request.town, poll_id)


def _refused(refusal: Refusal) -> calls.EffectOutcome:
    return calls.EffectOutcome(refused_code=refusal.code, refused_message=refusal.message)
