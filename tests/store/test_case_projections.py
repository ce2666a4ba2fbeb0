"""Cases, rectifications, rankings and notices: derived by projection from batches, and by fold from whole streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import pytest_asyncio
from sqlalchemy import Table, select

from domain.cases.case import CaseKind
from domain.cases.governance_commands import ConfirmCorrection, ProposeCorrection, VoidCase
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.events import Recorded
from domain.rules.proposal import Step
from eventstore.contract import NEW_STREAM, AppendRequest, Verdict
from eventstore.database import in_town
from eventstore.store import EventStore
from projections import projections, projector, subscribers
from projections.case_fold import case_of, fold_case
from projections.cases import cases, row_of
from projections.notices import notices, rows_of
from projections.rankings import ranking_rows, rankings
from projections.rebuild import rebuild
from projections.rectifications import rectification_row, rectifications
from projections.state import states
from tests.cases.assessment.years import whole_year
from tests.cases.play import OTHER_STAFF, Town
from tests.cases.proposal.test_proposal import approved
from tests.cases.rectification.plays import PLAN, served
from tests.store.examples import TOWN

P = CaseKind.PROPOSAL


def proposals() -> Town:
    """Six proposals: one decided and late, one corrected by two, one voided, and three that wait."""
    town = Town()
    for n in range(6):
        opening = SubmitProposal(proposal_id=f"p{n}", year=2025, village="唐家会村", title=f"修路{n}", deputies=60)
        town.act("2025-01-08", P, f"2025-p{n}", opening)
    town.act("2025-01-10", P, "2025-p0", DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
    town.act("2025-01-13", P, "2025-p1", ProposeCorrection(version=0, changes={"title": "修桥"}, reason="笔误"))
    town.act("2025-01-14", P, "2025-p1", ConfirmCorrection(proposal_version=1), OTHER_STAFF)
    town.act("2025-01-15", P, "2025-p2", VoidCase(reason="重复立案"))
    town.until("2025-03-01")
    return town


def history() -> list[Recorded]:
    """The proposals, a year's assessment, and a rectification that runs late."""
    town = proposals()
    whole_year(town, 2025, {"a": "张", "b": "李", "c": "王"}, {"a": 90, "b": 80, "c": 70})
    late = served()
    late.act("2025-07-01", PLAN)
    late.run_out()
    return [*town.log, *late.recorded]


@pytest_asyncio.fixture
async def store(postgres_url: str) -> AsyncIterator[EventStore]:
    """A store with all projections of the product."""
    async with EventStore.open(postgres_url, subscribers=subscribers()) as opened:
        yield opened


async def record(store: EventStore, log: Sequence[Recorded], *, together: bool = False) -> None:
    """Append a played log as its workflows would: event by event, or as many as come together."""
    requests = [
        AppendRequest(
            town=TOWN,
            stream=each.stream,
            expected_version=each.version - 1 if each.version else NEW_STREAM,
            events=(each.event,),
            metadata=each.metadata.model_copy(update={"policy_version": "2025-1"}),
        )
        for each in log
    ]
    if together:
        results = await store.append_many(requests)
    else:
        results = [await store.append(request) for request in requests]
    assert {result.verdict for result in results} == {Verdict.APPENDED}


async def rows(store: EventStore, table: Table) -> list[dict[str, Any]]:
    async with in_town(store.engine, TOWN) as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


async def by_fold(store: EventStore) -> dict[str, list[dict[str, Any]]]:
    """All tables from the streams alone, whole."""
    found: dict[str, list[dict[str, Any]]] = {table.name: [] for table in (cases, rectifications, rankings, notices)}
    for stream in await store.streams(TOWN):
        if case_of(stream) is None:
            continue
        fold = fold_case(await store.read_stream(TOWN, stream))
        assert fold is not None
        found["cases"].append(row_of(TOWN, fold, stream))
        detail = rectification_row(TOWN, fold, stream)
        found["rectifications"] += [detail] if detail is not None else []
        found["rankings"] += ranking_rows(TOWN, fold, stream)
    for recorded in await store.read_all(TOWN, limit=10_000):
        found["notices"] += rows_of(TOWN, recorded)
    return found


async def assert_same_both_ways(store: EventStore) -> None:
    assert all(state.current for state in await states(store.engine, TOWN))
    expected = await by_fold(store)
    for table in (cases, rectifications, rankings, notices):
        keys = [column.name for column in table.primary_key.columns]
        live = sorted(await rows(store, table), key=lambda row: tuple(row[key] for key in keys))
        folded = sorted(expected[table.name], key=lambda row: tuple(row[key] for key in keys))
        assert live == folded, table.name
        assert live, f"{table.name} is not tried"


async def test_projected_one_by_one_is_as_folded_whole(store: EventStore, postgres_url: str) -> None:
    await record(store, history())
    await assert_same_both_ways(store)
    assert (await rebuild(postgres_url, projections())).differences == ()
    await assert_same_both_ways(store)


async def test_projected_in_batches_is_as_folded_whole(store: EventStore) -> None:
    await record(store, history(), together=True)
    await assert_same_both_ways(store)


async def test_two_processes_that_write_one_case_in_turn_agree(store: EventStore, postgres_url: str) -> None:
    log = history()
    async with EventStore.open(postgres_url, subscribers=subscribers()) as other:
        for n, recorded in enumerate(log):
            await record((store, other)[n % 2], [recorded])
    await assert_same_both_ways(store)


async def test_caught_up_is_as_folded_whole(store: EventStore, postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as plain:
        await record(plain, history(), together=True)
    await projector().catch_up(store.engine, TOWN)
    await assert_same_both_ways(store)


async def test_what_lists_show_of_proposals(store: EventStore) -> None:
    await record(store, proposals().log)
    found = {row["case_id"]: row for row in await rows(store, cases)}
    assert (found["2025-p0"]["stage"], found["2025-p0"]["open"]) == ("party_preliminary", True)
    assert found["2025-p1"]["title"].endswith("修桥"), "a correction shows"
    voided = found["2025-p2"]
    assert (voided["open"], voided["outcome"], voided["closed_on"]) == (False, "voided", date(2025, 1, 15))
    assert {(row["opened_on"], row["policy_version"]) for row in found.values()} == {(date(2025, 1, 8), "2025-1")}
    late = {row["stream"] for row in await rows(store, notices) if row["kind"] == "proposal.step_overdue"}
    assert late == {f"proposal-2025-p{n}" for n in (0, 1, 3, 4, 5)}, "nobody is told of a voided case"


async def test_a_proposal_that_is_approved_is_told_to_its_village(store: EventStore) -> None:
    await record(store, approved().log)
    told = [
        (row["stream"], row["role"]) for row in await rows(store, notices) if row["kind"] == "proposal.step_decided"
    ]
    assert told[-2:] == [(told[-1][0], "staff"), (told[-1][0], "village")]


async def test_what_lists_show_of_a_ranking_and_a_late_rectification(store: EventStore) -> None:
    await record(store, history())
    ranked = [(row["rank"], row["subject"], row["last"], row["final"]) for row in await rows(store, rankings)]
    assert sorted(ranked) == [(1, "a", False, True), (2, "b", False, True), (3, "c", True, True)]
    (rectification,) = await rows(store, rectifications)
    assert rectification["served_on"] == date(2025, 6, 20)
    assert (rectification["due"], rectification["overdue_since"] is not None) == (date(2025, 9, 22), True)
    assert rectification["handling_proposed"]
    told = {(row["kind"], row["role"]) for row in await rows(store, notices) if row["stream"].startswith("rect")}
    assert ("rectification.reminder_sent", "discipline_office") in told
    assert ("rectification.overdue", "head") in told
