"""Counts made by hand in the hall, entered by two persons."""

from __future__ import annotations

import pytest

from ballotbox.ballots import CountedRows
from ballotbox.interface import BallotBox
from domain.acts import Refusal
from domain.policy.document import BallotMode
from domain.rules.counting import ItemCount
from tests.ballotbox.polls import marks, setup

ROWS = CountedRows(overall=ItemCount(grades={"excellent": 2, "competent": 1}, abstain=1, invalid=1))


async def test_counts_entered_alike_are_the_result(box: BallotBox) -> None:
    poll = setup(BallotMode.PAPER)
    await box.open(poll)
    reordered = CountedRows(overall=ItemCount(grades={"competent": 1, "excellent": 2}, abstain=1, invalid=1))
    await box.enter_counted_rows(poll.key, 1, {"czs": ROWS}, person="甲")
    await box.enter_counted_rows(poll.key, 2, {"czs": reordered}, person="乙")
    counted = await box.close(poll.key)
    czs = counted.subjects["czs"]
    assert (czs.overall.valid, czs.returned, counted.cast) == (4, 5, 5)
    assert czs.dimensions["integrity"] == czs.overall
    assert (await box.verify(poll.key)).verified


async def test_counts_that_differ_hold_the_count_up(box: BallotBox) -> None:
    poll = setup(BallotMode.PAPER)
    await box.open(poll)
    other = CountedRows(overall=ItemCount(grades={"excellent": 1, "competent": 2}, abstain=1, invalid=1))
    await box.enter_counted_rows(poll.key, 1, {"czs": ROWS}, person="甲")
    await box.enter_counted_rows(poll.key, 2, {"czs": other}, person="乙")
    with pytest.raises(Refusal, match="czs 的票数两次录入不一致"):
        await box.close(poll.key)


async def test_one_person_cannot_enter_both(box: BallotBox) -> None:
    poll = setup(BallotMode.PAPER)
    await box.open(poll)
    await box.enter_counted_rows(poll.key, 2, {"czs": ROWS}, person="甲")
    with pytest.raises(Refusal) as refused:
        await box.enter_counted_rows(poll.key, 1, {"czs": ROWS}, person="甲")
    assert refused.value.code == "same_person"


async def test_counts_and_sheets_of_one_subject_do_not_mix(box: BallotBox) -> None:
    poll = setup(BallotMode.PAPER)
    await box.open(poll)
    await box.enter_counted_rows(poll.key, 1, {"czs": ROWS}, person="甲")
    await box.enter_counted_rows(poll.key, 2, {"czs": ROWS}, person="乙")
    await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
    await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="乙")
    with pytest.raises(Refusal, match="既逐张录入又汇总录入"):
        await box.close(poll.key)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (CountedRows(overall=ItemCount(grades={"splendid": 1})), "没有等次 splendid"),
        (CountedRows(overall=ROWS.overall, dimensions={"style": ItemCount(grades={"excellent": 4})}), "不符"),
        (CountedRows(overall=ROWS.overall, dimensions={"beauty": ROWS.overall}), "没有测评项目 beauty"),
    ],
)
async def test_impossible_counts_are_refused(box: BallotBox, rows: CountedRows, why: str) -> None:
    poll = setup(BallotMode.PAPER)
    await box.open(poll)
    with pytest.raises(Refusal, match=why):
        await box.enter_counted_rows(poll.key, 1, {"czs": rows}, person="甲")


async def test_more_counted_than_issued_is_not_opened(box: BallotBox) -> None:
    poll = setup(BallotMode.PAPER, ballots=4)
    await box.open(poll)
    await box.enter_counted_rows(poll.key, 1, {"czs": ROWS}, person="甲")
    await box.enter_counted_rows(poll.key, 2, {"czs": ROWS}, person="乙")
    counted = await box.close(poll.key)
    assert (counted.opened, counted.subjects["czs"].returned) == (False, 5)
    assert counted.subjects["czs"].overall.returned == 0
