"""Whatever is changed behind the store's back, `verify` names the first event that does not fit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from domain.events import Recorded
from eventstore.checkpoints import Checkpoint, checkpoint_text, checkpoints, seal
from eventstore.database import as_auditor
from eventstore.findings import FaultKind, LogFault, Verification
from eventstore.proofs import NotProvable, ProofRefused, check_proof, prove
from eventstore.store import EventStore
from eventstore.verify import verify
from eventstore.verify_sql import first_fault
from tests.store.examples import TOWN, request
from tests.store.tampering import mend_chain, tamper
from transparency.signed_note import NoteSigner, open_note

SIGNER = NoteSigner.generate("jiandu-anji")


@pytest_asyncio.fixture
async def log(store: EventStore) -> AsyncIterator[list[Recorded]]:
    """A log of three interleaved streams, twelve events, in a database with another town."""
    for version in range(0, 12, 4):
        for case in ("case-1", "case-2"):
            expected = version // 2 - 1
            await store.append(request(case, expected, events=2, text="村道维修：“三公里”\n已完工 😀"))
    await store.append(request("case-1", town="白沙镇"))
    yield await store.read_all(TOWN)


async def result_of(url: str, *, kept: tuple[str, ...] = ()) -> Verification:
    (result,) = await verify(url, towns=[TOWN], keys=[SIGNER.key], kept=kept)
    return result


async def fault_of(url: str, *, kept: tuple[str, ...] = ()) -> LogFault:
    fault = (await result_of(url, kept=kept)).fault
    assert fault is not None
    return fault


def assert_names(fault: LogFault, recorded: Recorded, kind: FaultKind) -> None:
    assert (fault.kind, fault.position, fault.stream, fault.version, fault.event_id) == (
        kind,
        recorded.position,
        recorded.stream,
        recorded.version,
        recorded.event_id,
    )
    assert str(recorded.event_id) in str(fault)


async def test_an_untouched_log_fits(store: EventStore, log: list[Recorded], postgres_url: str) -> None:
    await seal(store.engine, TOWN, SIGNER)
    told: list[tuple[str, int, int]] = []
    results = await verify(postgres_url, keys=[SIGNER.key], progress=lambda *step: told.append(step))
    assert [(r.town, r.events, r.checkpoints, r.ok) for r in results] == [
        ("安集镇", 12, 1, True),
        ("白沙镇", 1, 0, True),
    ]
    assert told == [("安集镇", 12, 12), ("白沙镇", 1, 1)]


async def test_an_empty_database_fits(postgres_url: str) -> None:
    assert await verify(postgres_url) == []


@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, '三公里', '五公里')",
        "body = body || ' '",
        "metadata = replace(metadata, 'person-7', 'person-8')",
        "type = 'test.note'",
        "schema_version = 2",
        "command_id = command_id || 'x'",
        "command_index = 7",
        "event_id = gen_random_uuid()",
        "business_time = business_time + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 microsecond'",
        "digest = sha256('')",
    ],
)
async def test_one_field_changed_names_its_event(log: list[Recorded], postgres_url: str, change: str) -> None:
    tamper(postgres_url, f"UPDATE event SET {change} WHERE position = 7 AND town = '{TOWN}'".encode())
    fault = await fault_of(postgres_url)
    assert (fault.kind, fault.position, fault.stream, fault.version) == (FaultKind.DIGEST, 7, "case-2", 2)


async def test_one_bit_changed_names_its_event(log: list[Recorded], postgres_url: str) -> None:
    tamper(
        postgres_url,
        "UPDATE event SET body = overlay(body placing 'U' from 12 for 1) WHERE town = %s AND position = 4",
        (TOWN,),
    )
    assert_names(await fault_of(postgres_url), log[3], FaultKind.DIGEST)


async def test_the_database_finds_the_same_event_by_itself(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    async with as_auditor(store.engine) as connection:
        assert await first_fault(connection, TOWN) is None
    tamper(postgres_url, "UPDATE event SET body = '{}' WHERE town = %s AND position IN (5, 9)", (TOWN,))
    async with as_auditor(store.engine) as connection:
        fault = await first_fault(connection, TOWN)
    assert fault is not None
    assert_names(fault, log[4], FaultKind.DIGEST)


async def test_a_missing_event_names_the_one_after_it(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    tamper(postgres_url, "DELETE FROM event WHERE town = %s AND position = 6", (TOWN,))
    assert_names(await fault_of(postgres_url), log[6], FaultKind.GAP)
    async with as_auditor(store.engine) as connection:
        fault = await first_fault(connection, TOWN)
    assert fault is not None
    assert_names(fault, log[6], FaultKind.GAP)


async def test_events_missing_at_the_end_are_known_from_the_counter(log: list[Recorded], postgres_url: str) -> None:
    tamper(postgres_url, "DELETE FROM event WHERE town = %s AND position > 10", (TOWN,))
    fault = await fault_of(postgres_url)
    assert (fault.kind, fault.position) == (FaultKind.COUNTER, 11)


@pytest.mark.parametrize("change", ["DELETE FROM town_log", "UPDATE town_log SET digest = sha256('')"])
async def test_a_counter_row_that_lies_is_found(log: list[Recorded], postgres_url: str, change: str) -> None:
    tamper(postgres_url, change.encode())
    results = await verify(postgres_url)
    assert [(r.town, r.fault.kind if r.fault else None) for r in results] == [
        ("安集镇", FaultKind.COUNTER),
        ("白沙镇", FaultKind.COUNTER),
    ]


async def test_versions_out_of_order_are_found_in_a_mended_chain(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    tamper(postgres_url, "UPDATE event SET version = 9 WHERE town = %s AND position = 6", (TOWN,))
    mend_chain(postgres_url, TOWN)
    fault = await fault_of(postgres_url)
    assert (fault.kind, fault.position, fault.stream, fault.version) == (FaultKind.STREAM_ORDER, 6, "case-1", 9)
    async with as_auditor(store.engine) as connection:
        same = await first_fault(connection, TOWN)
    assert same is not None
    assert (same.kind, same.position) == (fault.kind, fault.position)


async def test_a_rewritten_chain_is_found_by_the_checkpoint_after_it(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    await seal(store.engine, TOWN, SIGNER)
    await store.append(request("case-3", events=3))
    sealed = await seal(store.engine, TOWN, SIGNER)
    assert sealed is not None
    tamper(postgres_url, "UPDATE event SET body = '{}' WHERE town = %s AND position = 14", (TOWN,))
    mend_chain(postgres_url, TOWN)
    fault = await fault_of(postgres_url)
    assert (fault.kind, fault.position) == (FaultKind.CHECKPOINT, 15)
    assert "第 13 至 15 条" in fault.message


async def test_rewritten_checkpoints_are_found_by_a_kept_one(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    kept = await sealed_checkpoint(store)
    tamper(postgres_url, "DELETE FROM checkpoint")
    tamper(postgres_url, "UPDATE event SET body = '{}' WHERE town = %s AND position = 2", (TOWN,))
    mend_chain(postgres_url, TOWN)
    assert (await result_of(postgres_url)).ok, "nothing inside the database can tell any more"
    fault = await fault_of(postgres_url, kept=(kept.note,))
    assert (fault.kind, fault.position) == (FaultKind.CHECKPOINT, 12)


async def test_a_log_cut_behind_a_checkpoint_is_found(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    await sealed_checkpoint(store)
    tamper(postgres_url, "DELETE FROM event WHERE town = %s AND position > 10", (TOWN,))
    mend_chain(postgres_url, TOWN)
    fault = await fault_of(postgres_url)
    assert (fault.kind, fault.position) == (FaultKind.CHECKPOINT, 11)


@pytest.mark.parametrize(
    "change", ["root = sha256('')", "note = replace(note, 'sealed 2', 'sealed 3')", "position = 11", "note = 'x'"]
)
async def test_a_changed_checkpoint_is_found(
    store: EventStore, log: list[Recorded], postgres_url: str, change: str
) -> None:
    await sealed_checkpoint(store)
    tamper(postgres_url, f"UPDATE checkpoint SET {change}".encode())
    assert (await fault_of(postgres_url)).kind is FaultKind.SIGNATURE


async def test_a_checkpoint_that_a_stranger_signed_is_found(
    store: EventStore, log: list[Recorded], postgres_url: str
) -> None:
    sealed = await sealed_checkpoint(store)
    stranger = NoteSigner.generate(SIGNER.name)
    forged = stranger.sign(checkpoint_text(TOWN, sealed.position, sealed.root, b"\0" * 32, sealed.sealed_at))
    tamper(postgres_url, "UPDATE checkpoint SET note = %s", (forged,))
    assert (await fault_of(postgres_url)).kind is FaultKind.SIGNATURE
    (unsigned,) = await verify(postgres_url, towns=[TOWN])
    assert unsigned.ok
    assert not unsigned.signatures_checked


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (b"ALTER TABLE event DISABLE TRIGGER append_only", "event"),
        (b"DROP TRIGGER append_only ON checkpoint", "checkpoint"),
        (b"ALTER TABLE town_log NO FORCE ROW LEVEL SECURITY", "town_log"),
    ],
)
async def test_a_guard_taken_away_is_reported(
    log: list[Recorded], postgres_url: str, change: bytes, table: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(change)
    fault = await fault_of(postgres_url)
    assert fault.kind is FaultKind.GUARD
    assert table in fault.message


async def sealed_checkpoint(store: EventStore) -> Checkpoint:
    sealed = await seal(store.engine, TOWN, SIGNER)
    assert sealed is not None
    return sealed


async def test_sealing_twice_without_events_makes_one_checkpoint(store: EventStore, log: list[Recorded]) -> None:
    sealed = await sealed_checkpoint(store)
    assert await seal(store.engine, TOWN, SIGNER) is None
    assert await checkpoints(store.engine, TOWN) == [sealed]
    assert await seal(store.engine, "无事镇", SIGNER) is None
    lines = open_note(sealed.note, [SIGNER.key]).splitlines()
    assert lines[:2] == ["jiandu/安集镇", "12"]


async def test_one_event_is_proved_without_the_others(store: EventStore, log: list[Recorded]) -> None:
    with pytest.raises(NotProvable):
        await prove(store.engine, TOWN, 1)
    await sealed_checkpoint(store)
    await store.append(request("case-9"))
    for position in range(1, 13):
        proof = type(await prove(store.engine, TOWN, position)).model_validate_json(
            (await prove(store.engine, TOWN, position)).model_dump_json()
        )
        check_proof(proof, [SIGNER.key])
        forged = proof.model_copy(update={"row": proof.row.model_copy(update={"body": "{}"})})
        with pytest.raises(ProofRefused, match="not the one"):
            check_proof(forged, [SIGNER.key])
        with pytest.raises(ProofRefused, match="known keys"):
            check_proof(proof, [NoteSigner.generate("other").key])
    with pytest.raises(NotProvable):
        await prove(store.engine, TOWN, 13)
