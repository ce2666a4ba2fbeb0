"""A slip survives typing and scanning; a typo is named by its group, and another poll's slip is refused."""

from __future__ import annotations

import itertools
import random

import pytest

from ballotbox.secret.slips import GROUPS, Slip, SlipRefused
from tests.ballotbox.secret.conftest import Finished
from tests.ballotbox.secret.scripted import ScriptedPoll

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SLIP = Slip(4, bytes(range(16)), bytes(range(100, 132)), bytes(range(8)))


def test_every_slip_reads_back_from_its_text_and_from_its_code() -> None:
    for number in range(1, 6):
        source = random.Random(number)
        slip = Slip(number, source.randbytes(16), source.randbytes(32), source.randbytes(8))
        assert Slip.decode(slip.encode()) == slip
        assert Slip.decode(slip.qr_text()) == slip
        assert len(slip.groups()) == GROUPS


def test_case_separators_and_look_alikes_do_not_matter() -> None:
    text = SLIP.encode()
    assert Slip.decode(text.lower().replace(" ", "-")) == SLIP
    assert Slip.decode(text.replace("0", "o").replace("1", "l")) == SLIP
    assert Slip.decode(f"  {text}\n") == SLIP


def test_every_single_typo_is_named_by_its_group() -> None:
    groups = SLIP.groups()
    for place in range(1, GROUPS + 1):
        group = groups[place - 1]
        for position in range(5):
            for wrong in ALPHABET:
                if wrong == group[position]:
                    continue
                typed = [*groups]
                typed[place - 1] = group[:position] + wrong + group[position + 1 :]
                with pytest.raises(SlipRefused, match=f"第 {place} 组"):
                    Slip.decode(" ".join(typed))


def test_two_characters_that_changed_places_are_named_by_their_group() -> None:
    groups = SLIP.groups()
    tried = 0
    for place, (left, right) in itertools.product(range(1, GROUPS + 1), itertools.combinations(range(5), 2)):
        group = [*groups[place - 1]]
        if group[left] == group[right]:
            continue
        group[left], group[right] = group[right], group[left]
        tried += 1
        with pytest.raises(SlipRefused, match=f"第 {place} 组"):
            Slip.decode("".join([*groups[: place - 1], "".join(group), *groups[place:]]))
    assert tried > 100


def test_groups_that_changed_places_are_named() -> None:
    groups = [*SLIP.groups()]
    groups[6], groups[9] = groups[9], groups[6]
    with pytest.raises(SlipRefused, match="第 7 组（第 2 行第 1 个）"):
        Slip.decode(" ".join(groups))


@pytest.mark.parametrize("spaces", [True, False], ids=["with spaces", "without"])
def test_a_missing_character_is_named_by_its_group(spaces: bool) -> None:
    groups = [*SLIP.groups()]
    groups[11] = groups[11][:-1]
    with pytest.raises(SlipRefused, match=r"第 1[23] 组"):
        Slip.decode((" " if spaces else "").join(groups))


@pytest.mark.parametrize("text", ["", "   ", "监票人", "0" * 119, "U" * 120, SLIP.qr_text() * 2])
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(SlipRefused, match=r"[一-鿿]"):
        Slip.decode(text)


def test_a_refusal_and_a_slip_in_a_traceback_tell_no_secret() -> None:
    groups = [*SLIP.groups()]
    groups[2] = "ZZZZZ"
    with pytest.raises(SlipRefused) as caught:
        Slip.decode(" ".join(groups))
    assert not any(group in str(caught.value) for group in groups)
    assert repr(SLIP) == "Slip(number=4)"
    assert SLIP.share.hex() not in repr(SLIP)


def test_another_polls_slip_is_refused(finished: Finished, stamped: ScriptedPoll) -> None:
    mine, others = finished.poll.dealt.slips[2], stamped.dealt.slips[2]
    assert Slip.decode(mine.encode(), finished.poll.poll) == mine
    with pytest.raises(SlipRefused, match="不是本次测评的"):
        Slip.decode(others.encode(), finished.poll.poll)


def test_a_slip_with_another_share_or_key_is_refused(finished: Finished) -> None:
    poll, slips = finished.poll.poll, finished.poll.dealt.slips
    for forged in (
        slips[2]._replace(share=slips[3].share),
        slips[2]._replace(signing_seed=slips[3].signing_seed),
        slips[2]._replace(number=3),
    ):
        with pytest.raises(SlipRefused, match="不是本次测评分发的"):
            Slip.decode(forged.encode(), poll)
