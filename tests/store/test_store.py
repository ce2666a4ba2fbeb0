"""The PostgreSQL event store keeps the contract, and what the contract cannot say of one writer."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from domain.events import Recorded, UnknownEvent
from eventstore.contract import AppendRequest, StoreUnavailable, Verdict
from eventstore.store import EventStore
from tests.store.contract import EventStoreContract
from tests.store.examples import TOWN, WHEN, Measured, metadata, request

pytestmark = pytest.mark.asyncio


class TestPostgresEventStore(EventStoreContract):
    """The contract, on PostgreSQL."""


@pytest.mark.parametrize(("version", "body"), [(1, '{"centimetres": 12}'), (2, '{"value": 120}')])
async def test_old_bodies_are_read_as_todays(store: EventStore, postgres_url: str, version: int, body: str) -> None:
    measured = AppendRequest(
        town=TOWN, stream="m", expected_version=-1, events=(Measured(value=120, unit="mm"),), metadata=metadata("m")
    )
    written = await store.append(measured)
    _rewrite(postgres_url, "UPDATE event SET schema_version = %s, body = %s", (version, body))
    assert await store.read_stream(TOWN, "m") == list(written.events)


async def test_an_event_of_a_newer_program_is_refused_by_name(store: EventStore, postgres_url: str) -> None:
    await store.append(request("case-1"))
    _rewrite(postgres_url, "UPDATE event SET type = 'test.of_tomorrow'", ())
    with pytest.raises(UnknownEvent, match=r"test\.of_tomorrow"):
        await store.read_stream(TOWN, "case-1")


async def test_of_writers_to_one_stream_one_wins_each_version(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as other:
        results = await asyncio.gather(
            *((store, other)[n % 2].append(request("case-1", command_id=f"click-{n}")) for n in range(40))
        )
    assert sorted(r.verdict for r in results) == [Verdict.APPENDED] + [Verdict.CONFLICT] * 39


async def test_one_click_sent_by_many_processes_is_one_event(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as other:
        results = await asyncio.gather(
            *((store, other)[n % 2].append(request("case-1", command_id="click")) for n in range(40))
        )
    assert sorted(r.verdict for r in results) == [Verdict.APPENDED] + [Verdict.DUPLICATE] * 39
    assert all(r.events == results[0].events for r in results)


async def test_after_commit_is_told_of_new_events_once(postgres_url: str) -> None:
    told: list[int] = []

    async def listen(town: str, events: object) -> None:
        assert town == TOWN
        assert isinstance(events, list)
        told.extend(e.position for e in events if isinstance(e, Recorded))

    async def broken(town: str, events: object) -> None:
        raise RuntimeError("the listener's affair")

    async with EventStore.open(postgres_url, after_commit=[broken, listen]) as store:
        await store.append(request("case-1", events=2))
        await store.append(request("case-1", events=2))
        await store.append(request("case-1", 1))
    assert told == [1, 2, 3]


async def test_a_cancelled_caller_does_not_stop_the_others(store: EventStore) -> None:
    first = asyncio.create_task(store.append(request("case-1")))
    second = asyncio.create_task(store.append(request("case-2")))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).verdict is Verdict.APPENDED
    assert (await store.append(request("case-1"))).verdict is Verdict.DUPLICATE


async def test_close_waits_for_what_was_queued(postgres_url: str) -> None:
    store = EventStore.open(postgres_url)
    pending = [asyncio.ensure_future(store.append(request(f"case-{n}"))) for n in range(300)]
    await asyncio.sleep(0)
    await store.close()
    assert {(await one).verdict for one in pending} == {Verdict.APPENDED}


async def test_an_unreachable_database_says_so() -> None:
    async with EventStore.open("postgresql://nobody@127.0.0.1:1/none") as store:
        with pytest.raises(StoreUnavailable):
            await store.append(request("case-1"))


async def test_connections_cut_by_the_server_are_replaced(store: EventStore, postgres_url: str) -> None:
    await store.append(request("case-1"))
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    lost = 0
    for _ in range(5):
        try:
            result = await store.append(request("case-1", 0))
            break
        except StoreUnavailable:
            lost += 1
    assert lost <= 1
    assert result.verdict is Verdict.APPENDED


async def test_a_naive_business_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        AppendRequest(
            town=TOWN,
            stream="m",
            expected_version=-1,
            events=(Measured(value=1, unit="mm"),),
            metadata=metadata("m", WHEN.replace(tzinfo=None)),
        )


def _rewrite(url: str, statement: str, values: tuple[object, ...]) -> None:
    """Change the log as nobody may: as superuser, past the triggers."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement, values)
