"""Read models are made again from the log, compared with the live ones, and swapped in at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio
from psycopg import errors

from eventstore.store import EventStore
from projections.projector import Projector
from projections.rebuild import RebuildFailed, rebuild
from projections.shadow import RebuildRunning, only_rebuild
from projections.state import states
from projections.timeline import Timeline
from tests.store.examples import TOWN, request
from tests.store.notebook import Defect, Notebook, create_notebook, noted


@pytest_asyncio.fixture
async def store(postgres_url: str) -> AsyncIterator[EventStore]:
    """A store with a notebook and a timeline, and 30 notes in two towns."""
    create_notebook(postgres_url)
    async with EventStore.open(postgres_url, subscribers=[Projector([Timeline(), Notebook()])]) as opened:
        for n in range(10):
            await opened.append(request(f"case-{n}", text=str(n), events=2))
            await opened.append(request(f"case-{n}", text=str(n), town="白沙镇"))
        yield opened


def admin(url: str, statement: bytes) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


async def test_a_sound_read_model_is_rebuilt_without_a_difference(store: EventStore, postgres_url: str) -> None:
    before = await noted(store)
    told: list[tuple[str, int, int]] = []
    result = await rebuild(postgres_url, [Timeline(), Notebook()], progress=lambda *step: told.append(step))
    assert (result.positions, result.differences, result.swapped) == ({TOWN: 20, "白沙镇": 10}, (), True)
    assert set(told) == {(TOWN, 20, 20), ("白沙镇", 10, 10)}
    assert await noted(store) == before
    await store.append(request("later", text="later"))
    assert await noted(store) == [*before, "later"]
    assert all(state.current for state in await states(store.engine, TOWN))


async def test_wrong_rows_are_named_and_put_right(store: EventStore, postgres_url: str) -> None:
    before = await noted(store)
    admin(postgres_url, "UPDATE readmodel.notebook SET text = '改' WHERE town = '安集镇' AND position = 4".encode())
    admin(postgres_url, "DELETE FROM readmodel.notebook WHERE town = '白沙镇' AND position > 8".encode())
    checked = await rebuild(postgres_url, [Notebook()], swap_in=False)
    assert await noted(store) != before
    swapped = await rebuild(postgres_url, [Notebook()])
    assert checked.differences == swapped.differences
    (difference,) = swapped.differences
    assert (difference.table, difference.only_live, difference.only_rebuilt) == ("notebook", 1, 3)
    assert {tuple(sample.values()) for sample in difference.samples} == {(TOWN, "4"), ("白沙镇", "9"), ("白沙镇", "10")}
    assert await noted(store) == before


async def test_a_stopped_projection_runs_again_after_a_rebuild(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url, subscribers=[Projector([Notebook(Defect.IN_SQL)])]) as broken:
        await broken.append(request("bad", text="坏"))
    await rebuild(postgres_url, [Notebook(), Timeline()])
    assert (await noted(store))[-1] == "坏"
    assert all(state.current for state in await states(store.engine, TOWN))


async def test_a_rebuild_that_fails_leaves_all_as_it_was(store: EventStore, postgres_url: str) -> None:
    await store.append(request("bad", text="坏"))
    before = await noted(store)
    with pytest.raises(RebuildFailed, match="notebook"):
        await rebuild(postgres_url, [Timeline(), Notebook(Defect.IN_PYTHON)])
    assert await noted(store) == before
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT to_regnamespace('readmodel_shadow')").fetchone() == (None,)
    await rebuild(postgres_url, [Timeline(), Notebook()])


async def test_the_new_tables_are_as_guarded_as_the_old(store: EventStore, postgres_url: str) -> None:
    await rebuild(postgres_url, [Notebook()])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET ROLE jiandu_app")
        connection.execute("SET jiandu.town = '白沙镇'")
        assert connection.execute("SELECT DISTINCT town FROM readmodel.notebook").fetchall() == [("白沙镇",)]
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("INSERT INTO readmodel.notebook VALUES ('安集镇', 99, 'x')")
        with pytest.raises(errors.UniqueViolation):
            connection.execute("INSERT INTO readmodel.notebook VALUES ('白沙镇', 1, 'x')")


async def test_appends_during_a_rebuild_are_in_the_new_tables(store: EventStore, postgres_url: str) -> None:
    await store.append_many(request(f"many-{n}", text="m", events=20) for n in range(250))
    stop = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await store.append(request(f"during-{written}", text="d"))
            written += 1
        return written

    writing = asyncio.create_task(write())
    result = await rebuild(postgres_url, [Notebook(), Timeline()])
    stop.set()
    written = await writing
    assert result.differences == ()
    texts = await noted(store)
    assert (len(texts), texts.count("d")) == (20 + 5000 + written, written)
    assert (await rebuild(postgres_url, [Notebook(), Timeline()], swap_in=False)).differences == ()


async def test_catching_up_during_a_rebuild_spoils_neither(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as plain:
        await plain.append_many(request(f"many-{n}", text="m", events=10) for n in range(200))
    caught, rebuilt = await asyncio.gather(
        Projector([Notebook()]).catch_up(store.engine, TOWN), rebuild(postgres_url, [Notebook()])
    )
    assert [(state.position, state.error) for state in caught] == [(2020, None)]
    assert rebuilt.swapped
    assert len(await noted(store)) == 2020


async def test_one_rebuild_at_a_time(store: EventStore, postgres_url: str) -> None:
    async with store.engine.connect() as other:
        await only_rebuild(other)
        with pytest.raises(RebuildRunning):
            await rebuild(postgres_url, [Notebook()])
        await other.invalidate()
