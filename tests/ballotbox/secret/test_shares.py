"""Shamir's shares of the box's seed: three open, two do not."""

from __future__ import annotations

from itertools import combinations

import pytest

from ballotbox.secret.shares import SharesRefused, box_key, combine, deal, new_seed, point, restore, share_hash

TOWN, POLL = "城关镇", "2026-p1"


def hashes_of(shares: dict[int, bytes]) -> tuple[str, ...]:
    return tuple(share_hash(number, share) for number, share in sorted(shares.items()))


def test_every_triple_restores_the_key_and_no_pair_does() -> None:
    seed = new_seed()
    shares, public = deal(seed), point(box_key(seed, TOWN, POLL).public_key())
    assert sorted(shares) == [1, 2, 3, 4, 5]
    for size in (3, 4, 5):
        for team in combinations(shares, size):
            key = restore({n: shares[n] for n in team}, hashes_of(shares), TOWN, POLL)
            assert point(key.public_key()) == public
    for pair in combinations(shares, 2):
        chosen = {n: shares[n] for n in pair}
        assert combine(chosen) != seed
        with pytest.raises(SharesRefused, match="3"):
            restore(chosen, hashes_of(shares), TOWN, POLL)


def test_two_shares_fit_every_seed() -> None:
    """Any third value completes two shares to some seed: the two say nothing of which one it was."""
    shares = deal(new_seed())
    seeds = {combine({1: shares[1], 2: shares[2], 3: bytes([i]) * 16}) for i in range(200)}
    assert len(seeds) == 200


def test_a_share_that_was_not_dealt_is_named() -> None:
    shares = deal(new_seed())
    hashes = hashes_of(shares)
    wrong = {1: shares[1], 2: shares[2], 4: bytes(16)}
    with pytest.raises(SharesRefused, match="第 4 份"):
        restore(wrong, hashes, TOWN, POLL)
    with pytest.raises(SharesRefused, match="第 2 份"):
        restore({1: shares[1], 2: shares[3], 3: shares[3]}, hashes, TOWN, POLL)
    with pytest.raises(SharesRefused, match="第 6 份"):
        restore({1: shares[1], 2: shares[2], 6: shares[3]}, hashes, TOWN, POLL)


def test_a_seed_gives_one_key_a_poll() -> None:
    seed = bytes(range(16))
    keys = {point(box_key(seed, town, poll).public_key()) for town in ("a", "b") for poll in ("p", "q")}
    assert len(keys) == 4
    assert point(box_key(seed, "a", "p").public_key()) in keys
