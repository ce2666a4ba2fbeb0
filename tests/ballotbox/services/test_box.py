"""The box's service on a real cluster: what it takes, what it answers, what stands on the board."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ballotbox.secret.box import OtherEnvelope, receipt_holds
from ballotbox.secret.destruction import DESTROYED_FILE, publish_destruction
from ballotbox.secret.encoding import sha256
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.log import FIRST_ENTRY, checkpoint_text, read_checkpoint, root_of_hashes, sign_checkpoint
from ballotbox.secret.opening import open_box
from ballotbox.secret.statements import numbered, sign_all, signers_of
from ballotbox.services.box.service import BoxService
from domain.acts import Refusal
from tests.ballotbox.services.box_poll import BoxCluster, BoxPoll, box_cluster
from transparency.merkle import leaf_hash

DEPUTIES, SUBJECTS = 9, 2


@pytest.fixture(scope="module")
def cluster() -> Iterator[BoxCluster]:
    with box_cluster() as started:
        yield started


@pytest.fixture(scope="module")
def poll() -> BoxPoll:
    """Only read: each test has a database of its own."""
    return BoxPoll("2026-p1", DEPUTIES, SUBJECTS)


@pytest.fixture
def url(cluster: BoxCluster) -> str:
    return cluster.new_database()


@pytest_asyncio.fixture
async def service(url: str, poll: BoxPoll, tmp_path: Path) -> AsyncIterator[BoxService]:
    poll.give_keys_to(tmp_path / "box")
    async with BoxService.open(url, tmp_path / "box", tmp_path / "board") as opened:
        yield opened


@pytest.fixture
def board(poll: BoxPoll, tmp_path: Path) -> Path:
    return tmp_path / "board" / "polls" / poll.manifest


async def refused(awaitable: object) -> str:
    with pytest.raises(Refusal) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


def files_of(board: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in board.iterdir()}


async def test_a_poll_from_announcement_to_destruction(service: BoxService, poll: BoxPoll, board: Path) -> None:
    assert await refused(service.cast(poll.manifest, poll.envelopes[0])) == "unknown_poll"
    await service.announce(poll.poll.data, poll.files)
    assert json.loads((board / "phase.json").read_bytes()) == {"phase": "collecting", "log_size": 0}
    assert await refused(service.cast(poll.manifest, poll.envelopes[0])) == "still_collecting"
    await service.begin_casting(poll.manifest, poll.statements)
    assert json.loads((board / "phase.json").read_bytes()) == {"phase": "casting", "log_size": 5}
    receipts = [await service.cast(poll.manifest, each) for each in poll.envelopes]
    assert all(receipt_holds(poll.poll, receipt) for receipt in receipts)
    assert await refused(service.contents(poll.manifest)) == "wrong_phase"
    await service.close(poll.manifest)
    contents = await service.contents(poll.manifest)
    assert {leaf_hash(leaf).hex() for leaf in contents.leaves[FIRST_ENTRY:]} == {each.leaf for each in receipts}
    assert (board / "leaves.txt").read_text().split() == [leaf_hash(leaf).hex() for leaf in contents.leaves]
    assert (board / "entries.jsonl").read_bytes().split(b"\n")[:-1] == list(contents.leaves[FIRST_ENTRY:])
    assert (board / "checkpoint.note").read_text() == sign_checkpoint(poll.poll, contents.leaves, poll.dealt.log)
    opening = open_box(poll.poll, contents.leaves, contents.ciphertexts, {n: poll.dealt.shares[n] for n in (1, 2, 3)})
    assert len(opening.lines) == DEPUTIES * SUBJECTS
    assert [await service.cast(poll.manifest, each) for each in poll.envelopes] == receipts, "the same after the close"
    await service.publish(poll.manifest, {"close.note": b"closed"}, "published")
    await service.destroy(poll.manifest)
    assert await refused(service.contents(poll.manifest)) == "emptied"
    assert [await service.cast(poll.manifest, each) for each in poll.envelopes] == receipts
    assert (board / "close.note").read_bytes() == b"closed"
    assert await refused(service.discard(poll.manifest)) == "already_counted"


async def test_every_act_may_be_repeated(service: BoxService, poll: BoxPoll, board: Path) -> None:
    for _ in range(2):
        await poll.begin(service)
    for _ in range(2):
        await service.cast(poll.manifest, poll.envelopes[0])
    for _ in range(2):
        await service.close(poll.manifest)
    first = files_of(board)
    for _ in range(2):
        await service.publish(poll.manifest, {"close.note": b"x"}, "published")
    for _ in range(2):
        await service.destroy(poll.manifest)
    assert files_of(board) == {**first, "close.note": b"x", "phase.json": b'{"log_size":6,"phase":"published"}'}
    assert sum((await service.numbers(poll.manifest)).returned.values()) == 1


async def test_other_bytes_under_a_token_are_told_the_first_receipt(service: BoxService, poll: BoxPoll) -> None:
    await poll.begin(service)
    one, two = poll.others(0, 2)
    first = await service.cast(poll.manifest, one)
    for phase in ("casting", "closed"):
        with pytest.raises(OtherEnvelope) as caught:
            await service.cast(poll.manifest, two)
        assert caught.value.receipt == first, phase
        broken = two[:-1] + bytes([two[-1] ^ 1])
        with pytest.raises(OtherEnvelope):
            await service.cast(poll.manifest, broken)
        await service.close(poll.manifest)
    assert await refused(service.cast(poll.manifest, poll.others(1, 1)[0])) == "closed"


async def test_an_envelope_without_both_stamps_of_its_own_subject_is_refused(
    service: BoxService, poll: BoxPoll
) -> None:
    await poll.begin(service)
    good = Envelope.from_bytes(poll.envelopes[0])
    other = next(e for e in map(Envelope.from_bytes, poll.envelopes) if e.subject != good.subject)
    a_only = good.stamps._replace(b=good.stamps.a)
    b_only = good.stamps._replace(a=good.stamps.b)
    hostile = [
        good._replace(stamps=a_only),
        good._replace(stamps=b_only),
        good._replace(stamps=good.stamps._replace(a=good.stamps.b, b=good.stamps.a)),
        good._replace(subject=other.subject),
        good._replace(stamps=other.stamps),
        good._replace(subject="nobody"),
        good._replace(ciphertext=good.ciphertext + b"\0"),
        good._replace(ciphertext=good.ciphertext[:-1]),
        good._replace(ciphertext=other.ciphertext),
        good._replace(token=other.token),
        good._replace(signature=bytes(64)),
        good._replace(signature=b""),
    ]
    for envelope in hostile:
        assert await refused(service.cast(poll.manifest, envelope.to_bytes())) == "bad_token"
    for data in (b"", b"\0" * 24, poll.envelopes[0] + b"\0", poll.envelopes[0][:-1], b"\xff" * 4000):
        assert await refused(service.cast(poll.manifest, data)) == "bad_token"
    assert sum((await service.numbers(poll.manifest)).returned.values()) == 0


async def test_an_envelope_of_another_poll_is_refused(service: BoxService, poll: BoxPoll) -> None:
    await poll.begin(service)
    other = BoxPoll("2026-p2", 1)
    assert await refused(service.cast(poll.manifest, other.envelopes[0])) == "bad_token"


async def test_only_witnesses_of_this_log_are_kept(service: BoxService, poll: BoxPoll, board: Path) -> None:
    await poll.begin(service)
    for each in poll.envelopes:
        await service.cast(poll.manifest, each)
    before = (board / "checkpoint.note").read_text()
    await service.close(poll.manifest)
    note = (board / "checkpoint.note").read_text()
    told = read_checkpoint(poll.poll, note)
    text = checkpoint_text(poll.poll, told.size, told.root)
    witnesses = poll.dealt.witnesses
    assert await service.witness(poll.manifest, sign_all(text, poll.dealt.log, witnesses[2])) == 1
    assert await service.witness(poll.manifest, sign_all(text, witnesses[2], witnesses[5])) == 2
    cosigned = (board / "checkpoint.note").read_text()
    assert signers_of(cosigned, numbered(poll.poll.manifest.witness_keys)) == {2, 5}
    assert (await service.numbers(poll.manifest)).cosigned == 2
    former = read_checkpoint(poll.poll, before)
    await service.witness(poll.manifest, sign_all(checkpoint_text(poll.poll, *former), witnesses[1]))
    assert (board / "checkpoint.note").read_text() == cosigned
    assert await refused(service.witness(poll.manifest, sign_all(text, poll.dealt.scrutineers[1]))) == "no_witness"
    wrong = checkpoint_text(poll.poll, told.size, root_of_hashes([sha256(b"other")]))
    longer = checkpoint_text(poll.poll, told.size + 1, told.root)
    for lie in (wrong, longer):
        assert await refused(service.witness(poll.manifest, sign_all(lie, witnesses[1]))) == "other_checkpoint"
    assert await refused(service.witness(poll.manifest, "nonsense")) == "other_checkpoint"


async def test_a_cosigned_note_sent_again_waits_for_no_other_work_and_writes_nothing(
    service: BoxService, poll: BoxPoll, board: Path
) -> None:
    await poll.begin(service)
    for each in poll.envelopes:
        await service.cast(poll.manifest, each)
    await service.close(poll.manifest)
    told = read_checkpoint(poll.poll, (board / "checkpoint.note").read_text())
    text = checkpoint_text(poll.poll, told.size, told.root)
    await service.witness(poll.manifest, sign_all(text, poll.dealt.log, poll.dealt.witnesses[1]))
    note = (board / "checkpoint.note").read_text()
    async with service._store.alone(poll.poll.hash):  # somebody works on the log
        assert await asyncio.wait_for(service.witness(poll.manifest, note), 20) == 1
    (board / "checkpoint.note").write_text(note.rpartition("\u2014")[0])  # signed and kept, but the disk was full
    assert await service.witness(poll.manifest, note) == 1
    assert (board / "checkpoint.note").read_text() == note


async def test_a_box_whose_keys_are_not_in_their_place_takes_nothing(url: str, poll: BoxPoll, tmp_path: Path) -> None:
    poll.give_keys_to(tmp_path / "box")
    async with BoxService.open(url, tmp_path / "box", tmp_path / "board") as service:
        await poll.begin(service)
        receipt = await service.cast(poll.manifest, poll.envelopes[0])
    shutil.move(tmp_path / "box" / "keys", tmp_path / "unmounted")
    async with BoxService.open(url, tmp_path / "box", tmp_path / "board") as service:
        assert await refused(service.cast(poll.manifest, poll.envelopes[1])) == "unavailable"
    shutil.rmtree(tmp_path / "box" / "keys")
    shutil.move(tmp_path / "unmounted", tmp_path / "box" / "keys")
    (storage,) = (tmp_path / "box" / "keys").glob("*/ciphertexts.key")
    storage.rename(tmp_path / "ciphertexts.key")
    async with BoxService.open(url, tmp_path / "box", tmp_path / "board") as service:
        assert await service.cast(poll.manifest, poll.envelopes[0]) == receipt
        assert await refused(service.cast(poll.manifest, poll.envelopes[1])) == "unavailable"
    assert not storage.exists(), "another key would make what is stored unreadable"
    (tmp_path / "ciphertexts.key").rename(storage)
    async with BoxService.open(url, tmp_path / "box", tmp_path / "board") as service:
        await service.cast(poll.manifest, poll.envelopes[1])
        await service.close(poll.manifest)
        assert len((await service.contents(poll.manifest)).ciphertexts) == 2


async def test_statements_that_are_not_good_begin_nothing(service: BoxService, poll: BoxPoll) -> None:
    await service.announce(poll.poll.data, poll.files)
    a, b, gone_a, gone_b = poll.statements
    for statements in ([a, b, gone_a], [b, a, gone_a, gone_b], [a, b, gone_b, gone_a], [a, b, gone_a, gone_a]):
        assert await refused(service.begin_casting(poll.manifest, statements)) == "bad_statements"
    forged = a.replace("d001", "d999")
    assert await refused(service.begin_casting(poll.manifest, [forged, b, gone_a, gone_b])) == "bad_statements"
    assert (await service.numbers(poll.manifest)).phase == "collecting"


async def test_a_void_poll_keeps_its_log_and_gives_nothing_out(service: BoxService, poll: BoxPoll, board: Path) -> None:
    await poll.begin(service)
    receipts = [await service.cast(poll.manifest, each) for each in poll.envelopes[:3]]
    await service.discard(poll.manifest)
    await service.discard(poll.manifest)
    assert {each.leaf for each in receipts} <= set((board / "leaves.txt").read_text().split())
    assert json.loads((board / "phase.json").read_bytes())["phase"] == "discarded"
    assert await refused(service.contents(poll.manifest)) == "wrong_phase"
    assert await refused(service.close(poll.manifest)) == "discarded"
    assert await refused(service.cast(poll.manifest, poll.envelopes[5])) == "discarded"
    assert await service.cast(poll.manifest, poll.envelopes[0]) == receipts[0]
    await service.publish(poll.manifest, {"close.note": b"void"}, "void")
    assert json.loads((board / "phase.json").read_bytes())["phase"] == "void"
    assert await refused(service.publish(poll.manifest, {}, "published")) == "discarded"


async def test_what_was_published_is_not_replaced(service: BoxService, poll: BoxPoll) -> None:
    await poll.begin(service)
    await service.close(poll.manifest)
    await service.publish(poll.manifest, {"tally.json": b"1"}, "published")
    assert await refused(service.publish(poll.manifest, {"tally.json": b"2"}, "published")) == "other_file"
    for name in ("leaves.txt", "manifest.json", "../x", ".hidden", "a/b", "collectors-a.note", ""):
        assert await refused(service.publish(poll.manifest, {name: b""}, "published")) == "bad_file"


async def test_a_destruction_that_was_cut_off_is_finished_by_other_scrutineers(
    service: BoxService, poll: BoxPoll, board: Path
) -> None:
    await poll.begin(service)
    await service.close(poll.manifest)
    await publish_destruction(service, poll.poll, "one")
    await publish_destruction(service, poll.poll, "two")
    assert (board / DESTROYED_FILE).read_text() == "one"
    await service.destroy(poll.manifest)
    assert await refused(service.contents(poll.manifest)) == "emptied"
    await publish_destruction(service, poll.poll, "two")


async def test_a_manifest_with_another_boxs_keys_is_not_announced(service: BoxService, poll: BoxPoll) -> None:
    other = BoxPoll("2026-p3", 1)
    assert await refused(service.announce(other.poll.data, other.files)) == "bad_manifest"
    assert await refused(service.announce(poll.poll.data[:-1], poll.files)) == "bad_manifest"
    assert await refused(service.announce(poll.poll.data, {**poll.files, "roster.json": b"[]"})) == "bad_file"
    assert await refused(service.announce(poll.poll.data, {"policy": poll.files["policy"]})) == "bad_file"
