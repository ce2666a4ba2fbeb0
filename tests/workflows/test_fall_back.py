"""`jiandu ballot fall-back` while the phones' parties cannot be reached: the meeting goes on, on paper, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ballotbox.offices import PartyUnreachable
from ballotbox.polls import Phase, PollKey
from commands.ballot.paper import go_over_to_paper
from commands.desk import Desk
from commands.place import Database
from domain.acts import Refusal
from domain.policy.document import BallotMode
from runtime.settings import load_settings
from tests.workflows.conftest import STAFF, Stack
from tests.workflows.test_cut_off import called_poll
from worker import finish_discards

OLD = "2025-june"
ACTS = ("prepare", "begin", "announce", "collected", "end_collecting", "begin_casting", "numbers", "close", "discard")


async def unreachable(*_: object) -> None:
    raise PartyUnreachable("没有应答")


@contextmanager
def cut_off(stack: Stack) -> Iterator[None]:
    """All three parties are away."""
    with pytest.MonkeyPatch.context() as patched:
        for party in (stack.parties.a, stack.parties.b, stack.parties.box):
            for act in ACTS:
                if hasattr(party, act):
                    patched.setattr(party, act, unreachable)
        yield


def desk_of(stack: Stack) -> Desk:
    settings = load_settings().model_copy(update={"town": stack.cases.town})
    url = stack.store.engine.url.render_as_string(hide_password=False)
    return Desk(Database(settings, url, None), stack.store, stack.client, stack.cases)


async def test_the_meeting_goes_over_to_paper_while_the_parties_are_away(stack: Stack) -> None:
    await called_poll(stack)
    box, old, new = stack.services.box, PollKey(stack.cases.town, OLD), PollKey(stack.cases.town, "2025-paper")
    await stack.parties.phones.collect(old, ["d0", "d1", "d2"])
    await box.begin_casting(old)
    with cut_off(stack):
        async with asyncio.timeout(15):
            for _ in range(2):  # done again after a stop, it says the same
                await go_over_to_paper(desk_of(stack), OLD, "paper", reason="投票服务故障", actor=STAFF)
        setup = await box.setup_of(new)
        assert setup is not None
        assert setup.mode is BallotMode.PAPER
        assert [subject.subject for subject in setup.subjects] == ["lys"]
        assert (await box.status(new)).phase is Phase.CASTING
        void = await box.status(old)
        assert (void.phase, len(void.unfinished)) == (Phase.DISCARDED, 1)
        assert "case.effect_refused" not in await stack.events(f"poll-{OLD}")
    later = asyncio.create_task(finish_discards(box, stack.store))
    async with asyncio.timeout(10):
        while (await box.status(old)).unfinished:  # noqa: ASYNC110 - a database, no event
            await asyncio.sleep(0.05)
    later.cancel()
    manifest = stack.parties.dealings[old].poll.hash.hex()
    assert (await stack.parties.box.numbers(manifest)).phase == "discarded"
    with pytest.raises(Refusal):
        await stack.parties.box.contents(manifest)


async def test_a_poll_whose_box_was_never_opened_goes_over_to_paper_and_stays_shut(stack: Stack) -> None:
    """The parties are away from the beginning: the opening waits for them, the falling back does not."""
    box, old, new = stack.services.box, PollKey(stack.cases.town, OLD), PollKey(stack.cases.town, "2025-paper")
    with cut_off(stack):
        opening = asyncio.create_task(called_poll(stack))
        async with asyncio.timeout(20):
            while "poll.opened" not in await stack.events(f"poll-{OLD}"):  # noqa: ASYNC110 - a store, no event
                await asyncio.sleep(0.05)
            await go_over_to_paper(desk_of(stack), OLD, "paper", reason="投票服务故障", actor=STAFF)
            await opening
        assert (await box.status(new)).phase is Phase.CASTING
    assert await box.setup_of(old) is None
    assert await box.finish_discards(stack.cases.town) == 0
