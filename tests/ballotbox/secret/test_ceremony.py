"""Dealing: one file in, manifest and slips out; an opening is rehearsed before anything is dealt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from ballotbox.http_parties import kept_in, slips_folder
from ballotbox.offices import BoxKeys
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import DealingRequest, deal, rehearse
from ballotbox.secret.shares import SharesRefused
from ballotbox.secret.slips import Slip
from tests.ballotbox.secret.conftest import Finished
from tests.ballotbox.secret.scripted import facts
from transparency.signed_note import NoteSigner


@pytest.fixture(scope="module")
def request_(finished: Finished) -> DealingRequest:
    manifest = finished.poll.poll.manifest
    box = BoxKeys(receipt_key=manifest.receipt_key, log_key=manifest.log_key)
    return DealingRequest.of(finished.poll.facts, manifest.issuers, box)


def test_a_request_is_one_canonical_file(request_: DealingRequest) -> None:
    data = request_.to_bytes()
    assert DealingRequest.from_bytes(data) == request_
    with pytest.raises(ValueError, match="canonical"):
        DealingRequest.from_bytes(json.dumps(json.loads(data)).encode())
    with pytest.raises(ValidationError):
        DealingRequest.from_bytes(data.replace(b'"codes":', b'"c\xc3\xb6des":'))


def test_the_manifest_says_what_the_request_says(request_: DealingRequest, finished: Finished) -> None:
    manifest = deal(request_).poll.manifest
    theirs = finished.poll.poll.manifest
    dealt_anew = {"box_key", "share_hashes", "scrutineer_keys", "witness_keys"}
    assert manifest.model_dump(exclude=dealt_anew) == theirs.model_dump(exclude=dealt_anew)
    assert all(getattr(manifest, name) != getattr(theirs, name) for name in dealt_anew)


def test_slips_hold_the_manifests_shares_and_keys(request_: DealingRequest) -> None:
    dealing = deal(request_)
    assert sorted(dealing.slips) == [1, 2, 3, 4, 5]
    for slip in dealing.slips.values():
        slip.check(dealing.poll)
    assert len({slip.share for slip in dealing.slips.values()}) == 5
    assert [str(dealing.witnesses[n].key) for n in range(1, 6)] == list(dealing.poll.manifest.witness_keys)


def test_witnesses_who_made_their_own_keys_are_dealt_none(request_: DealingRequest) -> None:
    own = tuple(str(NoteSigner.generate(f"village-{n}").key) for n in range(1, 6))
    dealing = deal(request_.model_copy(update={"witness_keys": own}))
    assert dealing.witnesses == {}
    assert dealing.poll.manifest.witness_keys == own


def test_two_dealings_of_one_request_share_nothing(request_: DealingRequest) -> None:
    first, second = deal(request_), deal(request_)
    assert first.poll.hash != second.poll.hash
    assert not {s.share for s in first.slips.values()} & {s.share for s in second.slips.values()}


def test_the_rehearsal_opens_a_test_envelope_and_finds_a_bad_deal(finished: Finished) -> None:
    poll, shares = finished.poll.poll, finished.poll.dealt.shares
    rehearse(poll, shares)
    for number in shares:
        with pytest.raises(SharesRefused):
            rehearse(poll, shares | {number: bytes(16)})
    with pytest.raises(SharesRefused, match="只有 2 份"):
        rehearse(poll, shares, teams=((1, 2),))


def test_a_recused_stranger_is_named(finished: Finished) -> None:
    manifest = finished.poll.poll.manifest
    box = BoxKeys(receipt_key=manifest.receipt_key, log_key=manifest.log_key)
    strange = facts().model_copy(update={"recused": {"czs": ("d99",)}})
    with pytest.raises(ValueError, match="d99"):
        DealingRequest.of(strange, manifest.issuers, box)


async def test_slips_of_an_earlier_dealing_are_not_overwritten(request_: DealingRequest, tmp_path: Path) -> None:
    """A town's database that was restored has forgotten that the poll was dealt; the box has not."""
    first, second = deal(request_), deal(request_)
    key, keep = PollKey(first.poll.manifest.town, first.poll.manifest.poll), kept_in(tmp_path)
    for dealing in (first, first, second):
        await keep(key, dealing)
    folder = slips_folder(tmp_path, key)
    former = folder / f"former-{first.poll.hash.hex()[:16]}"
    for place, dealing in ((former, first), (folder, second)):
        assert (place / "manifest.json").read_bytes() == dealing.poll.data
        for number in range(1, 6):
            Slip.decode((place / f"slip-{number}.txt").read_text("utf-8"), dealing.poll)
            assert (place / f"witness-{number}.key").read_text("utf-8").strip() == dealing.witnesses[number].secret()


def test_no_name_of_a_poll_leads_out_of_the_slips_folder(tmp_path: Path) -> None:
    for name in ("..", ".", ".hidden", "a/b"):
        assert slips_folder(tmp_path, PollKey("town", name)).resolve().parent == tmp_path / b"town".hex()
