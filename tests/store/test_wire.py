"""A transaction in one round trip: all or nothing, whatever the size, and connections that break are not used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from eventstore.arrays import TextArray
from eventstore.contract import Verdict
from eventstore.database import libpq_address
from eventstore.store import EventStore
from eventstore.wire import Statement, WireBroken, Wires
from projections import subscribers
from projections.state import states
from projections.timeline import row_of
from tests.store.examples import TOWN, request
from tests.store.test_projector import timeline_rows

PID = Statement(b"SELECT pg_backend_pid()", [], [])
SEEN = Statement(b"SELECT count(*) FROM seen", [], [])


def see(text: str) -> Statement:
    return Statement.of(b"INSERT INTO seen SELECT unnest($1)", [TextArray([text])])


@pytest_asyncio.fixture
async def wires(postgres_url: str) -> AsyncIterator[Wires]:
    """Two wires at most, on a database with a table."""
    with psycopg.connect(libpq_address(postgres_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE seen (text text NOT NULL CHECK (text <> 'bad'))")
    opened = Wires(libpq_address(postgres_url), 2)
    yield opened
    await opened.close()


def terminate(url: str, pid: bytes | None) -> None:
    with psycopg.connect(libpq_address(url), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [int(pid or 0)])


async def test_statements_are_one_transaction(wires: Wires) -> None:
    wire = await wires.take()
    with pytest.raises(psycopg.errors.CheckViolation):
        await wire.send([see("good"), see("bad"), see("after")])
    assert await wire.send([SEEN]) == [[b"0"]]
    assert await wire.send([see("good"), SEEN, see("more"), SEEN]) == [[b"1"], [b"2"]]
    await wires.give_back(wire)


async def test_more_than_the_socket_takes_at_once(wires: Wires) -> None:
    wire = await wires.take()
    long = "字" * 3_000_000
    echo = Statement.of(b"SELECT octet_length(t), t FROM unnest($1) AS t", [TextArray([long])])
    assert await wire.send([echo, echo]) == [[b"9000000", long.encode()]] * 2
    await wires.give_back(wire)


async def test_a_wire_that_broke_while_idle_is_not_used(wires: Wires, postgres_url: str) -> None:
    wire = await wires.take()
    ((pid,),) = await wire.send([PID])
    await wires.give_back(wire)
    terminate(postgres_url, pid)
    await asyncio.sleep(0.1)
    fresh = await wires.take()
    assert fresh is not wire
    assert await fresh.send([SEEN]) == [[b"0"]]
    await wires.give_back(fresh)


async def test_a_wire_that_breaks_under_way_says_so(wires: Wires, postgres_url: str) -> None:
    wire = await wires.take()
    ((pid,),) = await wire.send([PID])
    answer = wire.send([see("good"), Statement(b"SELECT pg_sleep(30)", [], [])])
    await asyncio.to_thread(terminate, postgres_url, pid)
    with pytest.raises(WireBroken):
        await answer
    with pytest.raises(WireBroken):
        await wire.send([SEEN])
    await wires.give_back(wire)
    other = await wires.take()
    assert await other.send([SEEN]) == [[b"0"]]
    await wires.give_back(other)


async def test_no_server_is_no_connection() -> None:
    with pytest.raises(WireBroken):
        await Wires("postgresql://nobody@127.0.0.1:1/nothing", 1).take()


async def test_no_more_wires_than_allowed(wires: Wires) -> None:
    first, second = await wires.take(), await wires.take()
    third = asyncio.create_task(wires.take())
    await asyncio.sleep(0.05)
    assert not third.done()
    await wires.give_back(first)
    assert await third is first
    for wire in (first, second):
        await wires.give_back(wire)


async def test_two_processes_project_one_log(postgres_url: str) -> None:
    """Neither knows what positions the other's appends take."""
    async with (
        EventStore.open(postgres_url, subscribers=subscribers()) as one,
        EventStore.open(postgres_url, subscribers=subscribers()) as other,
    ):

        async def write(store: EventStore, name: str) -> None:
            for n in range(25):
                appended = await store.append(request(f"book_{name}", n - 1, events=1 + n % 3 if n == 24 else 1))
                assert appended.verdict is Verdict.APPENDED
                again = await store.append(request(f"book_{name}", n - 1))
                assert again.verdict is Verdict.DUPLICATE
                assert again.events[0] == appended.events[0]

        await asyncio.gather(*(write(store, f"{n}_{id(store)}") for store in (one, other) for n in range(6)))
        assert await timeline_rows(one) == [row_of(TOWN, recorded) for recorded in await one.read_all(TOWN)]
        assert all(state.current for state in await states(other.engine, TOWN))


async def test_an_append_given_up_is_recorded_all_the_same(store: EventStore) -> None:
    given_up = asyncio.create_task(store.append(request("case-1")))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await store.append(request("case-1", 0))).verdict is Verdict.APPENDED
