"""Every call to a party is cut off twice, once before it is done and once after; each step is then done again.

What begins anew is a new box, as after a crash: it knows what stands in the database and at the parties, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox
from ballotbox.offices import BoxOffice, IssuerOffice, PartyUnreachable
from ballotbox.phone_path import Offices
from ballotbox.poll_box import PollBox
from ballotbox.polls import Phase
from domain.policy.document import BallotMode
from tests.ballotbox.polls import DEPUTIES, Hall, marks, setup


class Cuts:
    """The parties behind lines that break: each call's first answer is never asked for, its second is lost."""

    def __init__(self, parties: InMemoryParties) -> None:
        self.calls: Counter[str] = Counter()
        self._parties = parties

    @property
    def offices(self) -> Offices:
        whole = self._parties.offices
        return Offices(
            cast("IssuerOffice", _Line("a", whole.a, self.calls)),
            cast("IssuerOffice", _Line("b", whole.b, self.calls)),
            cast("BoxOffice", _Line("box", whole.box, self.calls)),
            whole.board,
            whole.services,
            whole.page,
            whole.keep_slips,
        )


class _Line:
    def __init__(self, name: str, party: object, calls: Counter[str]) -> None:
        self._name = name
        self._party = party
        self._calls = calls

    def __getattr__(self, act: str) -> Callable[..., Awaitable[Any]]:
        async def broken(*arguments: Any) -> Any:
            key = f"{self._name}.{act}"
            self._calls[key] += 1
            if self._calls[key] == 1:
                raise PartyUnreachable("before")
            answer = await getattr(self._party, act)(*arguments)
            if self._calls[key] == 2:
                raise PartyUnreachable("after")
            return answer

        return broken


class Stubborn:
    """Does a step again, with a new box, until it is done."""

    def __init__(self, engine: AsyncEngine, cuts: Cuts) -> None:
        self._engine = engine
        self._cuts = cuts

    async def __call__(self, step: Callable[[BallotBox], Awaitable[Any]]) -> Any:
        for _ in range(40):
            try:
                return await step(PollBox(self._engine, self._cuts.offices))
            except PartyUnreachable:
                continue
        raise AssertionError("the step is never done")


async def test_a_poll_cut_off_at_every_call_is_counted_as_if_nothing_had_happened(
    engine: AsyncEngine, parties: InMemoryParties
) -> None:
    poll, cuts = setup(BallotMode.MIXED), Cuts(parties)
    do, hall = Stubborn(engine, cuts), Hall(PollBox(engine, parties.offices), parties)
    await do(lambda box: box.open(poll))
    manifest = parties.dealings[poll.key].poll.hash.hex()
    await parties.phones.collect(poll.key, DEPUTIES[:3])
    await do(lambda box: box.issue_paper(poll.key, ["d4"]))
    await do(lambda box: box.begin_casting(poll.key))
    given = {deputy: {s: marks("excellent") for s in ("czs", "lys")} for deputy in DEPUTIES[:3]}
    await parties.phones.cast(poll.key, given)
    for subject in ("czs", "lys"):
        await hall.on_paper(poll, [marks("competent")], subject=subject)
    await do(lambda box: box.end_casting(poll.key))
    await parties.open(hall.box, poll)
    counted = await do(lambda box: box.close(poll.key))
    for subject in ("czs", "lys"):
        count = counted.subjects[subject]
        assert (count.issued, count.returned) == (4, 4)
        assert (count.overall.grades["excellent"], count.overall.grades["competent"]) == (3, 1)
    assert (await do(lambda box: box.status(poll.key))).manifest == manifest
    assert (await hall.box.verify(poll.key)).faults == ()
    assert {name: min(number, 3) for name, number in cuts.calls.items()} == dict.fromkeys(
        [
            *(
                f"{issuer}.{act}"
                for issuer in ("a", "b")
                for act in ("prepare", "begin", "give_paper", "collected", "end_collecting")
            ),
            *(f"box.{act}" for act in ("prepare", "announce", "begin_casting", "close", "numbers", "publish")),
        ],
        3,
    )


async def test_a_void_poll_cut_off_at_every_call_is_discarded(engine: AsyncEngine, parties: InMemoryParties) -> None:
    poll, cuts = setup(), Cuts(parties)
    do = Stubborn(engine, cuts)
    await PollBox(engine, parties.offices).open(poll)
    await do(lambda box: box.discard(poll.key))
    while await do(lambda box: box.finish_discards(poll.town)):
        pass
    status = await PollBox(engine, parties.offices).status(poll.key)
    assert (status.phase, status.unfinished) == (Phase.DISCARDED, ())
    assert {name for name, number in cuts.calls.items() if number >= 3} == {"a.discard", "b.discard", "box.discard"}


async def test_a_poll_whose_opening_was_cut_off_can_be_void(engine: AsyncEngine, parties: InMemoryParties) -> None:
    """The manifest is chosen, and no party has heard of the poll."""
    poll, box = setup(), PollBox(engine, Cuts(parties).offices)
    for _ in range(6):
        try:
            await box.open(poll)
        except PartyUnreachable:
            if await box.setup_of(poll.key) is not None:
                break
    whole = PollBox(engine, parties.offices)
    assert (await whole.setup_of(poll.key)) == poll
    await whole.discard(poll.key)
    assert (await whole.status(poll.key)).phase is Phase.DISCARDED
