"""What every poll's box must do. A test class a kind of parties inherits these and gives the fixture `hall`."""

from __future__ import annotations

import asyncio

import pytest

from ballotbox.ballots import Sheet
from ballotbox.polls import Phase, PollKey
from domain.acts import Refusal
from domain.cases.poll.result import VoidReason
from domain.policy.document import AppraisalPolicy, BallotMode, BlankRow
from domain.rules.counting import ItemCount
from tests.ballotbox.polls import DEPUTIES, Hall, Parties, marks, setup


def refused(*codes: str) -> pytest.RaisesExc[Refusal]:
    """Expects a refusal of one of these codes."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code in codes)


class VoteContract:
    """The way of a poll on phones, as any parties must let it go."""

    async def test_a_poll_on_phones_is_counted_by_question_and_verifies(self, hall: Hall[Parties]) -> None:
        poll = setup()
        cast = [marks("excellent"), marks("competent", style="incompetent"), marks("abstain"), marks("", style="")]
        await hall.voted(poll, cast)
        status = await hall.box.status(poll.key)
        assert (status.phase, status.unfinished) == (Phase.CASTING, ())
        assert [(one.subject, one.issued, one.returned, one.entitled) for one in status.turnout] == [
            ("czs", 4, 4, 5),
            ("lys", 4, 0, 4),
        ]
        assert "excellent" not in status.model_dump_json()
        await hall.parties.open(hall.box, poll)
        counted = await hall.box.close(poll.key)
        czs, lys = counted.subjects["czs"], counted.subjects["lys"]
        assert (czs.issued, czs.returned, counted.opened, counted.cast) == (4, 4, True, 4)
        assert czs.overall.grades == {"excellent": 1, "competent": 1, "basically_competent": 0, "incompetent": 0}
        assert (czs.overall.abstain, czs.dimensions["style"].grades["incompetent"]) == (2, 1)
        assert (lys.opened, lys.issued, lys.returned, lys.overall) == (False, 4, 0, ItemCount())
        assert await hall.box.close(poll.key) == counted
        verification = await hall.box.verify(poll.key)
        assert (verification.faults, verification.cast) == ((), 4)
        await hall.box.destroy(poll.key)
        await hall.box.destroy(poll.key)
        assert await hall.box.verify(poll.key) == verification
        assert await hall.box.close(poll.key) == counted
        with pytest.raises(Refusal):
            await hall.box.contents(poll.key)

    async def test_collecting_ends_before_casting_begins(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, ["d1", "d2"])
        with refused("still_collecting"):
            await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("competent")}})
        with refused("unfinished"):
            await hall.box.close(poll.key)
        with refused("not_counted"):
            await hall.box.destroy(poll.key)
        await hall.box.begin_casting(poll.key)
        await hall.box.begin_casting(poll.key)
        with refused("collecting_over"):
            await hall.parties.phones.collect(poll.key, ["d3"])
        await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("competent")}})
        await hall.box.end_casting(poll.key)
        with refused("closed"):
            await hall.parties.phones.cast(poll.key, {"d2": {"czs": marks("competent")}})

    async def test_a_discarded_poll_is_never_counted(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.voted(poll, [marks("excellent")])
        await hall.box.discard(poll.key)
        await hall.box.discard(poll.key)
        for act in (hall.box.close(poll.key), hall.box.open(poll), hall.box.end_casting(poll.key)):
            with refused("discarded"):
                await act
        verification = await hall.box.verify(poll.key)
        assert (verification.verified, verification.cast) == (True, 0)


class PhonesContract(VoteContract):
    """From the opening of the box to its count, in all cases."""

    async def test_the_count_waits_for_witnesses_and_for_both_teams(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.voted(poll, [marks("excellent")] * 3)
        with pytest.raises(Refusal, match="等待见证人签名（0/3）；等待第 1、2 组") as waiting:
            await hall.box.close(poll.key)
        assert waiting.value.code == "unfinished"
        await hall.parties.open(hall.box, poll, teams=1)
        assert (await hall.box.status(poll.key)).unfinished == ("等待第 2 组监票人的开箱结果",)
        with pytest.raises(Refusal, match="等待第 2 组"):
            await hall.box.close(poll.key)
        await hall.parties.open(hall.box, poll)
        one, two = await asyncio.gather(hall.box.close(poll.key), hall.box.close(poll.key))
        assert one == two
        assert one.subjects["czs"].overall.grades["excellent"] == 3

    async def test_no_more_collect_than_were_present(self, hall: Hall[Parties]) -> None:
        poll = setup(ballots=2)
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
        with refused("too_many_collected"):
            await hall.box.begin_casting(poll.key)
        assert (await hall.box.status(poll.key)).phase is Phase.COLLECTING

    async def test_opening_again_changes_nothing_but_another_setup_is_refused(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.box.open(poll)
        manifest = (await hall.box.status(poll.key)).manifest
        await hall.parties.phones.collect(poll.key, ["d1"])
        await hall.box.open(poll)
        with refused("other_setup"):
            await hall.box.open(setup(ballots=3))
        assert (await hall.box.status(poll.key)).manifest == manifest
        assert await hall.box.setup_of(poll.key) == poll
        assert (await hall.box.status(poll.key)).turnout[0].issued == 1

    async def test_a_poll_without_a_box_is_named(self, hall: Hall[Parties]) -> None:
        with pytest.raises(Refusal, match="2031-p9"):
            await hall.box.status(PollKey("城关镇", "2031-p9"))
        assert await hall.box.setup_of(PollKey("城关镇", "2031-p9")) is None

    async def test_blank_is_what_the_policy_says(self, hall: Hall[Parties]) -> None:
        poll = setup(policy=AppraisalPolicy(blank_row=BlankRow.INVALID))
        await hall.voted(poll, [marks(""), marks("abstain"), marks("competent")])
        await hall.parties.open(hall.box, poll)
        overall = (await hall.box.close(poll.key)).subjects["czs"].overall
        assert (overall.abstain, overall.invalid, overall.valid) == (1, 1, 2)

    async def test_a_counted_poll_cannot_be_discarded(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.voted(poll, [marks("excellent")] * 3)
        await hall.parties.open(hall.box, poll)
        counted = await hall.box.close(poll.key)
        with refused("already_counted"):
            await hall.box.discard(poll.key)
        assert await hall.box.close(poll.key) == counted

    async def test_discarding_a_poll_that_was_never_opened_changes_nothing(self, hall: Hall[Parties]) -> None:
        poll = setup()
        await hall.box.discard(poll.key)
        await hall.box.open(poll)
        assert (await hall.box.status(poll.key)).phase is Phase.COLLECTING

    async def test_towns_have_boxes_of_their_own(self, hall: Hall[Parties]) -> None:
        poll, neighbour = setup(), setup(town="清水镇")
        await hall.voted(poll, [marks("excellent")] * 3)
        await hall.voted(neighbour, [marks("incompetent")] * 4)
        for each in (poll, neighbour):
            await hall.parties.open(hall.box, each)
        assert (await hall.box.close(poll.key)).subjects["czs"].overall.grades["incompetent"] == 0
        assert (await hall.box.close(neighbour.key)).subjects["czs"].returned == 4


class BothPathsContract:
    """Paper beside phones, as any parties must let it go."""

    async def test_paper_and_phones_are_counted_together(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.MIXED)
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
        await hall.box.issue_paper(poll.key, ["d4", "d5"])
        await hall.box.issue_paper(poll.key, ["d5"])
        with refused("both_stamped"):
            await hall.box.issue_paper(poll.key, ["d3"])
        with refused("took_paper", "already_collected"):  # by the issuer's stamp, or by its desk, which gives no code
            await hall.parties.phones.collect(poll.key, ["d4"])
        await hall.box.begin_casting(poll.key)
        given = {d: {"czs": marks("excellent"), "lys": marks("abstain")} for d in DEPUTIES[:3]}
        await hall.parties.phones.cast(poll.key, given)
        await hall.on_paper(poll, [marks("competent"), marks("incompetent")])
        await hall.on_paper(poll, [marks("competent")], subject="lys")
        assert [(t.issued, t.returned) for t in (await hall.box.status(poll.key)).turnout] == [(5, 5), (4, 4)]
        await hall.parties.open(hall.box, poll)
        counted = await hall.box.close(poll.key)
        czs, lys = counted.subjects["czs"], counted.subjects["lys"]
        assert (czs.issued, czs.returned, lys.issued, lys.returned) == (5, 5, 4, 4)
        assert czs.overall.grades == {"excellent": 3, "competent": 1, "basically_competent": 0, "incompetent": 1}
        assert (lys.overall.abstain, lys.overall.grades["competent"]) == (3, 1)
        assert (await hall.box.verify(poll.key)).faults == ()


class MixedContract(BothPathsContract):
    """Paper beside phones, in all cases."""

    async def test_more_sheets_than_forms_are_never_opened(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.MIXED)
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
        await hall.box.issue_paper(poll.key, ["d4"])
        await hall.box.begin_casting(poll.key)
        await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("excellent")}})
        await hall.on_paper(poll, [marks("competent")] * 2)
        counted = await hall.box.close(poll.key)
        czs = counted.subjects["czs"]
        assert (counted.opened, counted.reason) == (False, VoidReason.MORE_RETURNED_THAN_ISSUED)
        assert (czs.issued, czs.returned, czs.opened, czs.overall) == (4, 3, False, ItemCount())
        assert (await hall.box.verify(poll.key)).faults == ()
        await hall.box.discard(poll.key)
        assert (await hall.box.verify(poll.key)).cast == 0

    async def test_too_few_by_one_path_do_not_begin_to_cast(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.MIXED, minimum_path=2)
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
        await hall.box.issue_paper(poll.key, ["d4"])
        with pytest.raises(Refusal, match="纸质票只有 1 人，少于 2 人") as few:
            await hall.box.begin_casting(poll.key)
        assert few.value.code == "minimum_path"
        await hall.box.issue_paper(poll.key, ["d5"])
        await hall.box.begin_casting(poll.key)

    async def test_too_few_returned_by_one_path_are_never_opened(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.MIXED, minimum_path=2)
        await hall.box.open(poll)
        await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
        await hall.box.issue_paper(poll.key, ["d4", "d5"])
        await hall.box.begin_casting(poll.key)
        given = {d: {"czs": marks("excellent"), "lys": marks("excellent")} for d in DEPUTIES[:3]}
        await hall.parties.phones.cast(poll.key, given)
        await hall.on_paper(poll, [marks("competent")] * 2)
        await hall.on_paper(poll, [marks("competent")], subject="lys")
        counted = await hall.box.close(poll.key)
        assert (counted.opened, counted.reason) == (False, VoidReason.MINIMUM_PATH)
        assert counted.subjects["lys"].returned == 4

    async def test_a_mixed_poll_in_which_all_took_paper_needs_no_opening(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.MIXED)
        await hall.box.open(poll)
        await hall.box.issue_paper(poll.key, DEPUTIES[:2])
        await hall.box.begin_casting(poll.key)
        for subject in ("czs", "lys"):
            await hall.on_paper(poll, [marks("competent")] * 2, subject=subject)
        czs = (await hall.box.close(poll.key)).subjects["czs"]
        assert (czs.issued, czs.returned, czs.overall.grades["competent"]) == (2, 2, 2)
        assert (await hall.box.verify(poll.key)).faults == ()


class PaperContract:
    """Paper is entered twice by two persons who agree, or a scrutineer decides."""

    async def test_sheets_entered_alike_by_two_are_counted(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.PAPER)
        await hall.box.open(poll)
        twice = marks("competent")
        twice = twice.model_copy(update={"rows": {**twice.rows, "style": ("excellent", "incompetent")}})
        await hall.on_paper(poll, [twice])
        czs = (await hall.box.close(poll.key)).subjects["czs"]
        assert (czs.issued, czs.returned, czs.overall.grades["competent"]) == (5, 1, 1)
        assert (czs.dimensions["style"].invalid, czs.dimensions["style"].valid) == (1, 0)
        assert (await hall.box.verify(poll.key)).verified

    async def test_what_differs_is_named_and_holds_the_count_up(self, hall: Hall[Parties]) -> None:
        poll, box = setup(BallotMode.PAPER), hall.box
        await box.open(poll)
        await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent", style="incompetent"), person="乙")
        await box.enter_paper(poll.key, "czs", 1, 2, marks("competent"), person="甲")
        assert (await box.status(poll.key)).unfinished == (
            "测评对象 czs 第 1 号票两次录入不一致（style）",
            "测评对象 czs 第 2 号票只录入了一次",
        )
        with pytest.raises(Refusal, match="第 1 号票两次录入不一致") as unfinished:
            await box.close(poll.key)
        assert unfinished.value.code == "unfinished"
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="乙")
        await box.enter_paper(poll.key, "czs", 2, 2, marks("competent"), person="乙")
        assert (await box.close(poll.key)).cast == 2

    async def test_a_scrutineer_decides_what_differs(self, hall: Hall[Parties]) -> None:
        poll, box = setup(BallotMode.PAPER), hall.box
        await box.open(poll)
        first, second = marks("competent"), marks("competent", style="incompetent")
        await box.enter_paper(poll.key, "czs", 1, 7, first, person="甲")
        with refused("no_difference"):
            await box.decide(poll.key, "czs", 7, first, scrutineer="丙")
        await box.enter_paper(poll.key, "czs", 2, 7, second, person="乙")
        (difference,) = await box.differences(poll.key)
        assert (difference.subject, difference.sheet_no, difference.rows) == ("czs", 7, ("style",))
        assert (difference.first, difference.second, difference.decided) == (first, second, None)
        with refused("same_person"):
            await box.decide(poll.key, "czs", 7, first, scrutineer="乙")
        await box.decide(poll.key, "czs", 7, first, scrutineer="丙")
        await box.decide(poll.key, "czs", 7, second, scrutineer="丙")
        assert (await box.differences(poll.key))[0].decided == second
        assert (await box.status(poll.key)).unfinished == ()
        czs = (await box.close(poll.key)).subjects["czs"]
        assert (czs.returned, czs.dimensions["style"].grades["incompetent"]) == (1, 1)
        assert (await box.verify(poll.key)).verified
        with refused("closed"):
            await box.decide(poll.key, "czs", 7, first, scrutineer="丙")

    async def test_a_person_goes_on_from_what_they_have_entered(self, hall: Hall[Parties]) -> None:
        poll, box = setup(BallotMode.PAPER), hall.box
        await box.open(poll)
        sheets = [Sheet("czs", 2, marks("competent")), Sheet("lys", 1, marks("abstain"))]
        await box.enter_papers(poll.key, 1, sheets, person="甲")
        await box.enter_paper(poll.key, "czs", 2, 2, marks("incompetent"), person="乙")
        assert await box.entered(poll.key, 1, "甲") == [sheets[1], sheets[0]]
        assert await box.entered(poll.key, 2, "甲") == []

    async def test_one_person_cannot_make_both_entries(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.PAPER)
        await hall.box.open(poll)
        await hall.box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        with refused("same_person"):
            await hall.box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="甲")

    async def test_more_returned_than_issued_is_not_opened(self, hall: Hall[Parties]) -> None:
        poll = setup(BallotMode.PAPER, ballots=1)
        await hall.box.open(poll)
        await hall.on_paper(poll, [marks("excellent")] * 2)
        counted = await hall.box.close(poll.key)
        czs = counted.subjects["czs"]
        assert (counted.opened, czs.issued, czs.returned) == (False, 1, 2)
        assert czs.overall == ItemCount()
        assert (await hall.box.verify(poll.key)).verified
        await hall.box.discard(poll.key)
        assert (await hall.box.verify(poll.key)).cast == 0

    async def test_each_path_belongs_to_its_mode(self, hall: Hall[Parties]) -> None:
        phones, paper = setup(), setup(BallotMode.PAPER, poll_id="2025-p2")
        await hall.box.open(phones)
        await hall.box.open(paper)
        for act in (
            hall.box.enter_paper(phones.key, "czs", 1, 1, marks("competent"), person="甲"),
            hall.box.enter_counted_rows(phones.key, 1, {}, person="甲"),
            hall.box.issue_paper(phones.key, ["d1"]),
            hall.box.issue_paper(paper.key, ["d1"]),
        ):
            with refused("wrong_mode"):
                await act
