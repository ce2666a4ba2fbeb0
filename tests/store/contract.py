"""What every event store must do. A class that inherits this and gives a `store` fixture is held to it."""

from __future__ import annotations

import asyncio

import pytest

from domain.events import Recorded
from eventstore.canonical import event_id
from eventstore.contract import NEW_STREAM, AppendRequest, AppendResult, CommandTaken, Verdict
from eventstore.store import EventStore
from tests.store.examples import STAFF, TOWN, WHEN, Noted, request


def numbers(events: list[Recorded] | tuple[Recorded, ...]) -> list[int]:
    return [recorded.event.number for recorded in events if isinstance(recorded.event, Noted)]


class EventStoreContract:
    """Streams, versions, verdicts, order."""

    async def test_a_new_stream_begins_at_version_0_and_the_log_at_position_1(self, store: EventStore) -> None:
        result = await store.append(request("case-1", events=3))
        assert result.verdict is Verdict.APPENDED
        assert [(e.version, e.position) for e in result.events] == [(0, 1), (1, 2), (2, 3)]
        assert (result.actual_version, result.epoch) == (2, 0)

    async def test_what_is_read_is_what_was_returned(self, store: EventStore) -> None:
        result = await store.append(request("case-1", events=2, text='引号" 反斜杠\\ 换行\n 空字符\x00 😀'))
        assert await store.read_stream(TOWN, "case-1") == list(result.events)
        assert result.events[0].metadata.actor == STAFF
        assert result.events[0].metadata.business_time == WHEN

    async def test_an_event_id_is_known_from_its_command(self, store: EventStore) -> None:
        result = await store.append(request("case-1", command_id="click-1", events=2))
        assert [e.event_id for e in result.events] == [event_id(TOWN, "click-1", 0), event_id(TOWN, "click-1", 1)]

    async def test_a_stream_is_read_from_a_version(self, store: EventStore) -> None:
        await store.append(request("case-1", events=5))
        assert numbers(await store.read_stream(TOWN, "case-1", 3)) == [3, 4]
        assert await store.read_stream(TOWN, "case-1", 5) == []
        assert await store.read_stream(TOWN, "case-2") == []

    async def test_another_expected_version_is_a_conflict_and_changes_nothing(self, store: EventStore) -> None:
        await store.append(request("case-1", events=2))
        for wrong in (NEW_STREAM, 0, 2, 7):
            result = await store.append(request("case-1", wrong, command_id=f"late-{wrong}"))
            assert (result.verdict, result.actual_version, result.events) == (Verdict.CONFLICT, 1, ())
        ahead = await store.append(request("case-2", 0))
        assert (ahead.verdict, ahead.actual_version) == (Verdict.CONFLICT, NEW_STREAM)
        assert len(await store.read_all(TOWN)) == 2

    async def test_a_repeated_command_gets_the_original_events(self, store: EventStore) -> None:
        first = await store.append(request("case-1", command_id="click", events=2))
        await store.append(request("case-1", 1))
        again = await store.append(request("case-1", 2, command_id="click", events=1, text="别的"))
        assert again.verdict is Verdict.DUPLICATE
        assert again.events == first.events
        assert again.actual_version == 2
        assert len(await store.read_all(TOWN)) == 3

    async def test_a_refused_command_id_may_be_used_again(self, store: EventStore) -> None:
        await store.append(request("case-1"))
        assert (await store.append(request("case-1", 5, command_id="click"))).verdict is Verdict.CONFLICT
        assert (await store.append(request("case-1", 0, command_id="click"))).verdict is Verdict.APPENDED

    async def test_a_command_id_of_another_stream_is_an_error_not_a_success(self, store: EventStore) -> None:
        await store.append(request("case-1", command_id="overdue:2026-11-24"))
        with pytest.raises(CommandTaken, match="overdue:2026-11-24"):
            await store.append(request("case-2", command_id="overdue:2026-11-24"))
        assert await store.read_stream(TOWN, "case-2") == []

    async def test_a_command_is_found_by_its_id(self, store: EventStore) -> None:
        result = await store.append(request("case-1", command_id="click", events=2))
        assert await store.find_command(TOWN, "click") == list(result.events)
        assert await store.find_command(TOWN, "other") == []

    async def test_one_call_with_a_chain_a_repetition_and_a_conflict(self, store: EventStore) -> None:
        results = await store.append_many(
            [
                request("case-1", events=2),
                request("case-1", 1, command_id="b"),
                request("case-1", 1, command_id="c"),
                request("case-1", 1, command_id="b"),
                request("case-2", 3, command_id="d"),
                request("case-2", command_id="d"),
                request("case-1", 2, command_id="e"),
            ]
        )
        assert [r.verdict for r in results] == [
            Verdict.APPENDED,
            Verdict.APPENDED,
            Verdict.CONFLICT,
            Verdict.DUPLICATE,
            Verdict.CONFLICT,
            Verdict.APPENDED,
            Verdict.APPENDED,
        ]
        assert results[3].events == results[1].events
        assert numbers(await store.read_stream(TOWN, "case-1")) == [0, 1, 2, 3]
        assert [e.position for e in await store.read_all(TOWN)] == [1, 2, 3, 4, 5]

    async def test_one_bad_append_does_not_take_its_batch_with_it(self, store: EventStore) -> None:
        await store.append(request("case-1", command_id="click"))
        done = await asyncio.gather(
            store.append(request("case-2")),
            store.append(request("case-3", command_id="click")),
            store.append(request("坏\x00名")),
            store.append(request("case-4")),
            return_exceptions=True,
        )
        assert isinstance(done[0], AppendResult)
        assert done[0].verdict is Verdict.APPENDED
        assert isinstance(done[1], CommandTaken)
        assert isinstance(done[2], Exception)
        assert not isinstance(done[2], CommandTaken)
        assert isinstance(done[3], AppendResult)
        assert done[3].verdict is Verdict.APPENDED

    async def test_an_older_epoch_is_refused_and_a_new_one_writes(self, store: EventStore) -> None:
        await store.append(request("case-1", command_id="click"))
        first = await store.raise_epoch(TOWN, "case-1")
        second = await store.raise_epoch(TOWN, "case-1")
        assert 0 < first < second == await store.epoch(TOWN, "case-1")
        for epoch in (0, first):
            result = await store.append(request("case-1", 0, epoch=epoch))
            assert (result.verdict, result.epoch, result.actual_version) == (Verdict.STALE_EPOCH, second, 0)
        repeated = await store.append(request("case-1", command_id="click"))
        assert repeated.verdict is Verdict.STALE_EPOCH, "a writer that was replaced must end, whatever it repeats"
        assert (await store.append(request("case-1", 0, epoch=second))).verdict is Verdict.APPENDED
        assert (await store.append(request("case-2"))).verdict is Verdict.APPENDED

    async def test_the_log_is_read_in_pages_and_by_iterator(self, store: EventStore) -> None:
        await store.append_many(request(f"case-{n}", events=3) for n in range(400))
        whole = await store.read_all(TOWN, limit=5000)
        assert [e.position for e in whole] == list(range(1, 1201))
        pages: list[Recorded] = []
        while page := await store.read_all(TOWN, pages[-1].position if pages else 0, 500):
            pages += page
        assert pages == whole
        async with store.iterate(TOWN, 100) as events:
            assert [e.position async for e in events] == list(range(101, 1201))

    async def test_streams_are_listed_by_prefix(self, store: EventStore) -> None:
        for name in ("rectification-2", "poll-1", "rectification-1", "rect%"):
            await store.append(request(name))
        assert await store.streams(TOWN, "rectification-") == ["rectification-2", "rectification-1"]
        assert await store.streams(TOWN, "rect%") == ["rect%"]
        assert len(await store.streams(TOWN)) == 4

    async def test_towns_have_logs_of_their_own(self, store: EventStore) -> None:
        await store.append(request("case-1", command_id="click"))
        other = await store.append(request("case-1", command_id="click", town="白沙镇"))
        assert (other.verdict, other.events[0].position) == (Verdict.APPENDED, 1)
        assert [e.stream for e in await store.read_all("白沙镇")] == ["case-1"]
        assert await store.find_command("第三镇", "click") == []
        assert await store.towns() == sorted([TOWN, "白沙镇"])

    async def test_a_request_survives_the_journey_through_json(self, store: EventStore) -> None:
        sent = AppendRequest.model_validate_json(request("case-1", events=2).model_dump_json())
        result = await store.append(sent)
        assert AppendResult.model_validate_json(result.model_dump_json()) == result
        assert numbers(result.events) == [0, 1]
