"""Projections in the append's transaction: one that fails stops alone, skips nothing, and catches up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from eventstore.contract import Verdict
from eventstore.database import in_town
from eventstore.store import EventStore
from eventstore.wire import Statement
from projections.projector import Projector
from projections.state import ProjectionState, states
from projections.timeline import Timeline, row_of, timeline
from tests.store.examples import TOWN, request
from tests.store.notebook import Defect, Notebook, create_notebook, noted
from tests.store.tampering import tamper


@pytest_asyncio.fixture
async def projector(postgres_url: str) -> Projector:
    """A timeline and a notebook, both sound."""
    create_notebook(postgres_url)
    return Projector([Timeline(), Notebook()])


@pytest_asyncio.fixture
async def store(postgres_url: str, projector: Projector) -> AsyncIterator[EventStore]:
    """A store that keeps them."""
    async with EventStore.open(postgres_url, subscribers=[projector]) as opened:
        yield opened


def notebook_of(projector: Projector) -> Notebook:
    (found,) = (p for p in projector.projections if isinstance(p, Notebook))
    return found


async def state_of(store: EventStore, name: str) -> ProjectionState:
    (found,) = (state for state in await states(store.engine, TOWN) if state.name == name)
    return found


async def timeline_rows(store: EventStore) -> list[dict[str, object]]:
    async with in_town(store.engine, TOWN) as connection:
        found = await connection.execute(select(timeline).order_by(timeline.c.position))
        return [dict(row._mapping) for row in found]


async def test_what_is_appended_is_projected_when_the_append_returns(store: EventStore) -> None:
    await store.append(request("case-1", events=2, text="一"))
    assert await noted(store) == ["一", "一"]
    assert await state_of(store, "notebook") == ProjectionState(name="notebook", position=2)
    assert (await state_of(store, "timeline")).current


async def test_the_timeline_is_the_fold_of_the_log(store: EventStore) -> None:
    await asyncio.gather(*(store.append(request(f"case-{n}", events=3)) for n in range(50)))
    assert await timeline_rows(store) == [row_of(TOWN, recorded) for recorded in await store.read_all(TOWN)]


async def test_a_refused_append_projects_nothing(store: EventStore) -> None:
    await store.append(request("case-1"))
    await store.append(request("case-1", command_id="late"))
    await store.append(request("case-1"))
    assert len(await noted(store)) == 1


@pytest.mark.parametrize("defect", list(Defect))
async def test_a_broken_projection_stops_alone_and_catches_up(
    store: EventStore, projector: Projector, defect: Defect
) -> None:
    notebook = notebook_of(projector)
    notebook.defect = defect
    texts = ["一", "二", "坏", "四"]
    results = await asyncio.gather(*(store.append(request(f"case-{n}", text=text)) for n, text in enumerate(texts)))
    assert {r.verdict for r in results} == {Verdict.APPENDED}
    await store.append(request("case-9", text="九"))
    assert len(await store.read_all(TOWN)) == 5, "events commit whatever a projection does"
    assert len(await timeline_rows(store)) == 5, "the other projection goes on"
    stopped = await state_of(store, "notebook")
    assert await noted(store) == ["一", "二"], "it stands right before the event it cannot apply"
    assert (stopped.position, stopped.behind, stopped.current) == (2, 3, False)
    assert stopped.error is not None
    assert stopped.stopped_at is not None

    assert [s.position for s in await projector.catch_up(store.engine, TOWN)] == [5, 2], "not mended: it stays there"
    notebook.defect = None
    assert [(s.position, s.error) for s in await projector.catch_up(store.engine, TOWN)] == [(5, None), (5, None)]
    assert await noted(store) == [*texts, "九"]
    await store.append(request("case-10", text="十"))
    assert await noted(store) == [*texts, "九", "十"]
    assert (await state_of(store, "notebook")).current


async def test_a_new_projection_begins_with_the_first_event(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as plain:
        await plain.append_many(request(f"case-{n}", text=str(n)) for n in range(1200))
    await store.append(request("late", text="late"))
    assert await noted(store) == [], "it is not shown half"
    await Projector([Notebook()]).catch_up(store.engine, TOWN)
    assert await noted(store) == [*(str(n) for n in range(1200)), "late"]


async def test_catching_up_during_appends_misses_and_doubles_nothing(store: EventStore, projector: Projector) -> None:
    notebook_of(projector).defect = Defect.IN_PYTHON
    await store.append(request("case-0", text="坏"))
    await store.append_many(request(f"before-{n}", text="b") for n in range(900))
    notebook_of(projector).defect = None

    async def write(writer: int) -> None:
        for n in range(30):
            await store.append(request(f"case-{writer}-{n}", text=f"{writer}-{n}"))

    await asyncio.gather(projector.catch_up(store.engine, TOWN), *(write(writer) for writer in range(4)))
    await projector.catch_up(store.engine, TOWN)
    assert len(await noted(store)) == 1 + 900 + 120
    assert (await state_of(store, "notebook")).current


async def test_two_that_catch_up_at_once_do_it_once(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as plain:
        await plain.append_many(request(f"case-{n}") for n in range(700))
    reached = await asyncio.gather(*(Projector([Notebook()]).catch_up(store.engine, TOWN) for _ in range(4)))
    assert [(state.position, state.error) for (state,) in reached] == [(700, None)] * 4
    assert len(await noted(store)) == 700


async def test_an_unknown_event_stops_the_projection_before_it(
    store: EventStore, projector: Projector, postgres_url: str
) -> None:
    async with EventStore.open(postgres_url) as plain:
        await plain.append(request("case-1", events=4))
    tamper(postgres_url, "UPDATE event SET type = 'test.of_tomorrow' WHERE position = 3")
    reached = await projector.catch_up(store.engine, TOWN)
    assert [state.position for state in reached] == [2, 2]
    assert all(state.error is not None and "test.of_tomorrow" in state.error for state in reached)


class Careless:
    """A subscriber that lets its failure out."""

    def __init__(self) -> None:
        self.rolled_back: list[str] = []

    def foresee(self, town: str, events: Sequence[Recorded]) -> Sequence[Statement] | None:
        return None

    async def on_append(
        self, connection: AsyncConnection, town: str, events: Sequence[Recorded], *, careful: bool
    ) -> None:
        raise RuntimeError("a subscriber that does not keep its failure to itself")

    def on_rollback(self, town: str, streams: Collection[str] | None = None) -> None:
        self.rolled_back.append(town)


async def test_a_subscriber_that_raises_fails_the_append(postgres_url: str) -> None:
    careless = Careless()
    async with EventStore.open(postgres_url, subscribers=[careless]) as store:
        with pytest.raises(RuntimeError, match="failure to itself"):
            await store.append(request("case-1"))
        assert await store.read_all(TOWN) == []
        assert careless.rolled_back == [TOWN]


async def test_projections_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        Projector([Notebook(), Notebook()])
