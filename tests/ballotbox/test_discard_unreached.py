"""A poll becomes void while parties do not answer: nobody waits for them, and they destroy what they hold once back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox import discarding
from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox
from ballotbox.offices import BoxNumbers, BoxOffice, IssuerOffice, PartyUnreachable
from ballotbox.phone_path import Offices
from ballotbox.poll_box import PollBox
from ballotbox.polls import Phase
from domain.acts import Refusal
from tests.ballotbox.contract import refused
from tests.ballotbox.polls import Hall, marks, setup


class Away:
    """A party that may be away: it says nothing at all (`silent`), or its line is cut."""

    def __init__(self, party: object, *, silent: bool) -> None:
        self.back = False
        self._party = party
        self._silent = silent

    def __getattr__(self, act: str) -> Any:
        async def answer(*arguments: Any) -> Any:
            if not self.back:
                if self._silent:
                    await asyncio.Event().wait()
                raise PartyUnreachable(act)
            return await getattr(self._party, act)(*arguments)

        return answer


def away(offices: Offices, *, silent: bool = False) -> tuple[Offices, list[Away]]:
    """The same parties, of which the box and issuer B are away."""
    box, b = Away(offices.box, silent=silent), Away(offices.b, silent=silent)
    return replace(offices, box=cast("BoxOffice", box), b=cast("IssuerOffice", b)), [box, b]


@pytest.mark.parametrize("silent", [False, True])
async def test_a_void_poll_waits_for_no_party_and_is_destroyed_once_they_are_back(
    hall: Hall[InMemoryParties], engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(discarding, "PATIENCE_SECONDS", 0.2)
    poll = setup()
    await hall.collected(poll)
    await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("excellent")}})
    offices, parties = away(hall.parties.offices, silent=silent)
    box: BallotBox = PollBox(engine, offices)
    async with asyncio.timeout(10):
        await box.discard(poll.key)
        await box.discard(poll.key)
        status = await box.status(poll.key)
    assert status.phase is Phase.DISCARDED
    assert status.unfinished == ("已作废；发票方乙、票箱处的销毁尚未完成（连上后自动办理，不必等待）",)
    for act in (box.open(poll), box.begin_casting(poll.key), box.end_casting(poll.key), box.close(poll.key)):
        with refused("discarded"):
            await act
    with refused("discarded"):
        await box.contents(poll.key)

    for party in parties:
        party.back = True
    assert await box.finish_discards(poll.town) == 0
    assert (await box.status(poll.key)).unfinished == ()
    manifest = hall.parties.dealings[poll.key].poll.hash.hex()
    with pytest.raises(Refusal):
        await hall.parties.box.contents(manifest)
    assert (await hall.parties.box.numbers(manifest)).phase == "discarded"
    with pytest.raises(Refusal):
        await hall.parties.phones.cast(poll.key, {"d2": {"czs": marks("excellent")}})
    assert await box.finish_discards(poll.town) == 0


async def test_who_is_still_away_stays_noted(hall: Hall[InMemoryParties], engine: AsyncEngine) -> None:
    poll = setup()
    await hall.box.open(poll)
    offices, parties = away(hall.parties.offices)
    box = PollBox(engine, offices)
    await box.discard(poll.key)
    assert await box.finish_discards(poll.town) == 1
    parties[1].back = True
    assert await box.finish_discards(poll.town) == 1
    assert (await box.status(poll.key)).unfinished == ("已作废；票箱处的销毁尚未完成（连上后自动办理，不必等待）",)
    assert await box.finish_discards("别的镇") == 0


async def test_what_a_team_opened_before_is_not_taken_of_a_void_poll(
    hall: Hall[InMemoryParties], engine: AsyncEngine
) -> None:
    """The scrutineers had the box's contents on their stick when the poll became void."""
    poll = setup()
    await hall.voted(poll, [marks("excellent")] * 3)
    await hall.parties.open(hall.box, poll, teams=1)
    [result] = await hall.box.submitted(poll.key)
    box = PollBox(engine, away(hall.parties.offices)[0])
    await box.discard(poll.key)
    with refused("discarded"):
        await box.submit_opening(poll.key, result)
    assert await box.submitted(poll.key) == []


async def test_a_party_that_refuses_is_asked_again_and_keeps_no_other_from_destroying(
    hall: Hall[InMemoryParties], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(_: str) -> None:
        raise Refusal("bad_key", "办公密钥不对")

    poll = setup()
    await hall.box.open(poll)
    with monkeypatch.context() as patched:
        patched.setattr(hall.parties.a, "discard", refuses)
        with refused("bad_key"):
            await hall.box.discard(poll.key)
        assert await hall.box.finish_discards(poll.town) == 1
        assert (await hall.box.status(poll.key)).unfinished == (discarding.still_to_be_destroyed(["a"]),)
    assert await hall.box.finish_discards(poll.town) == 0


async def test_what_keeps_the_log_from_growing_is_told_to_the_staff(
    hall: Hall[InMemoryParties], monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = setup()
    await hall.collected(poll)
    numbers = await hall.parties.box.numbers(hall.parties.dealings[poll.key].poll.hash.hex())

    async def restored(_: str) -> BoxNumbers:
        return numbers.model_copy(update={"trouble": "票箱的数据库是旧的"})

    monkeypatch.setattr(hall.parties.box, "numbers", restored)
    assert (await hall.box.status(poll.key)).unfinished == ("票箱的数据库是旧的",)
