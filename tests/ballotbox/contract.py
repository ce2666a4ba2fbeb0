"""What every ballot box must do. A test class a box inherits these and gives the fixture `box`."""

from __future__ import annotations

import asyncio

import pytest

from ballotbox.ballots import Entitlement, Envelope, Sheet
from ballotbox.interface import BallotBox
from ballotbox.polls import Phase, PollKey
from ballotbox.refusals import Conflict
from domain.acts import Refusal
from domain.policy.document import AppraisalPolicy, BallotMode, BlankRow
from domain.rules.counting import ItemCount
from tests.ballotbox.polls import DEPUTIES, collected, marks, setup, voted


class IssuingContract:
    """At most one ballot a deputy and subject, and only for those who may vote."""

    async def test_a_deputy_gets_one_token_a_subject(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        first = await box.issue(poll.key, "czs", "d1")
        assert await box.issue(poll.key, "lys", "d1") != first
        with pytest.raises(Refusal, match="d1 已经领过测评对象 czs 的票") as refused:
            await box.issue(poll.key, "czs", "d1")
        assert refused.value.code == "already_issued"

    async def test_a_deputy_who_asks_twice_at_once_gets_one_token(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        answers = await asyncio.gather(*(box.issue(poll.key, "czs", "d1") for _ in range(6)), return_exceptions=True)
        assert sum(isinstance(answer, str) for answer in answers) == 1
        assert sum(isinstance(answer, Refusal) and answer.code == "already_issued" for answer in answers) == 5

    async def test_a_recused_deputy_gets_none(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        with pytest.raises(Refusal, match="应当回避") as refused:
            await box.issue(poll.key, "lys", "d5")
        assert refused.value.code == "recused"

    async def test_only_deputies_of_the_poll_get_tokens(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        with pytest.raises(Refusal) as refused:
            await box.issue(poll.key, "czs", "d9")
        assert refused.value.code == "not_entitled"

    async def test_no_more_than_may_be_issued(self, box: BallotBox) -> None:
        poll = setup(ballots=2)
        await box.open(poll)
        with pytest.raises(Refusal, match="2 张已经发完"):
            await box.issue_many(poll.key, [Entitlement("czs", deputy) for deputy in DEPUTIES[:3]])
        assert (await box.status(poll.key)).turnout[0].issued == 0
        await box.issue_many(poll.key, [Entitlement("czs", deputy) for deputy in DEPUTIES[:2]])
        assert (await box.status(poll.key)).turnout[0].issued == 2

    async def test_one_refused_entitlement_refuses_all(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        with pytest.raises(Refusal):
            await box.issue_many(poll.key, [Entitlement("lys", "d1"), Entitlement("lys", "d5")])
        assert [one.issued for one in (await box.status(poll.key)).turnout] == [0, 0]

    async def test_collecting_ends_before_casting_begins(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        token = await box.issue(poll.key, "czs", "d1")
        with pytest.raises(Refusal) as refused:
            await box.cast(poll.key, "czs", token, marks("competent"))
        assert refused.value.code == "still_collecting"
        await box.begin_casting(poll.key)
        await box.begin_casting(poll.key)
        with pytest.raises(Refusal) as late:
            await box.issue(poll.key, "czs", "d2")
        assert late.value.code == "collecting_over"

    async def test_opening_again_changes_nothing_but_another_setup_is_refused(self, box: BallotBox) -> None:
        poll = setup()
        await box.open(poll)
        token = await box.issue(poll.key, "czs", "d1")
        await box.open(poll)
        with pytest.raises(Refusal) as refused:
            await box.open(setup(ballots=3))
        assert refused.value.code == "other_setup"
        await box.begin_casting(poll.key)
        assert await box.cast(poll.key, "czs", token, marks("competent"))

    async def test_a_poll_without_a_box_is_named(self, box: BallotBox) -> None:
        with pytest.raises(Refusal, match="2031-p9"):
            await box.status(PollKey("城关镇", "2031-p9"))


class CastingContract:
    """A ballot is taken once, kept, and its receipt is always the same."""

    async def test_the_same_ballot_again_has_the_same_receipt(self, box: BallotBox) -> None:
        poll = setup()
        (token,) = await collected(box, poll, "czs", ["d1"])
        receipt = await box.cast(poll.key, "czs", token, marks("competent"))
        assert await box.cast(poll.key, "czs", token, marks("competent")) == receipt
        await box.close(poll.key)
        assert await box.cast(poll.key, "czs", token, marks("competent")) == receipt
        assert (await box.close(poll.key)).cast == 1

    async def test_another_ballot_under_the_same_token_names_the_first_receipt(self, box: BallotBox) -> None:
        poll = setup()
        (token,) = await collected(box, poll, "czs", ["d1"])
        receipt = await box.cast(poll.key, "czs", token, marks("competent"))
        with pytest.raises(Conflict, match=receipt) as conflict:
            await box.cast(poll.key, "czs", token, marks("competent", style="incompetent"))
        assert conflict.value.receipt == receipt
        counted = (await box.close(poll.key)).subjects["czs"]
        assert counted.dimensions["style"].grades["competent"] == 1

    async def test_of_rival_ballots_under_one_token_one_is_taken(self, box: BallotBox) -> None:
        poll = setup()
        (token,) = await collected(box, poll, "czs", ["d1"])
        grades = ["excellent", "competent", "basically_competent", "incompetent"] * 2
        answers = await asyncio.gather(
            *(box.cast(poll.key, "czs", token, marks(grade)) for grade in grades), return_exceptions=True
        )
        taken = {answer for answer in answers if isinstance(answer, str)}
        named = {answer.receipt for answer in answers if isinstance(answer, Conflict)}
        assert len(taken) == 1
        assert named == taken
        assert sum(isinstance(answer, str) for answer in answers) == 2
        assert (await box.close(poll.key)).subjects["czs"].returned == 1

    async def test_a_token_serves_its_own_subject_and_poll_only(self, box: BallotBox) -> None:
        poll, other = setup(), setup(poll_id="2025-p2")
        (token,) = await collected(box, poll, "czs", ["d1"])
        await collected(box, other, "czs", ["d2"])
        for key, subject in ((poll.key, "lys"), (other.key, "czs")):
            with pytest.raises(Refusal) as refused:
                await box.cast(key, subject, token, marks("competent"))
            assert refused.value.code == "bad_token"

    async def test_one_bad_envelope_refuses_all(self, box: BallotBox) -> None:
        poll = setup()
        tokens = await collected(box, poll, "czs", ["d1", "d2"])
        good = [Envelope("czs", token, marks("competent")) for token in tokens]
        with pytest.raises(Refusal):
            await box.cast_many(poll.key, [*good, Envelope("czs", "no-such-token", marks("competent"))])
        assert (await box.status(poll.key)).turnout[0].returned == 0
        receipts = await box.cast_many(poll.key, [*good, good[0]])
        assert receipts[2] == receipts[0] != receipts[1]
        assert (await box.status(poll.key)).turnout[0].returned == 2

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            ({"overall": ("competent",)}, "项目与本次测评不符"),
            ({"overall": ("splendid",)}, "没有“splendid”这样的选项"),
            ({"overall": ("competent", "excellent")}, "只能选一项"),
        ],
    )
    async def test_a_malformed_ballot_is_refused_and_the_token_stays_good(
        self, box: BallotBox, rows: dict[str, tuple[str, ...]], why: str
    ) -> None:
        poll = setup()
        (token,) = await collected(box, poll, "czs", ["d1"])
        ballot = marks("competent")
        bad = ballot.model_copy(update={"rows": {**ballot.rows, **rows} if "项目与" not in why else rows})
        with pytest.raises(Refusal, match=why):
            await box.cast(poll.key, "czs", token, bad)
        assert await box.cast(poll.key, "czs", token, ballot)

    async def test_nothing_is_taken_after_the_close(self, box: BallotBox) -> None:
        poll = setup()
        tokens = await collected(box, poll, "czs", ["d1", "d2"])
        await box.cast(poll.key, "czs", tokens[0], marks("competent"))
        await box.close(poll.key)
        with pytest.raises(Refusal, match="投票已经结束") as refused:
            await box.cast(poll.key, "czs", tokens[1], marks("competent"))
        assert refused.value.code == "closed"


class CountingContract:
    """Nothing is told before the close; then it is counted once, and can be counted again."""

    async def test_the_count_is_by_question(self, box: BallotBox) -> None:
        poll = setup()
        await voted(box, poll, "czs", [marks("excellent"), marks("competent", style="incompetent"), marks("abstain")])
        counted = await box.close(poll.key)
        czs = counted.subjects["czs"]
        assert (czs.issued, czs.returned, counted.opened, counted.cast) == (3, 3, True, 3)
        assert czs.overall.grades == {"excellent": 1, "competent": 1, "basically_competent": 0, "incompetent": 0}
        assert (czs.overall.abstain, czs.dimensions["style"].grades["incompetent"]) == (1, 1)
        assert counted.subjects["lys"].overall.returned == 0
        assert await box.close(poll.key) == counted

    async def test_blank_and_abstention_are_told_apart(self, box: BallotBox) -> None:
        policy = AppraisalPolicy(blank_row=BlankRow.INVALID)
        poll = setup(policy=policy)
        await voted(box, poll, "czs", [marks(""), marks("abstain")])
        overall = (await box.close(poll.key)).subjects["czs"].overall
        assert (overall.abstain, overall.invalid) == (1, 1)

    async def test_before_the_close_only_the_turnout_is_told(self, box: BallotBox) -> None:
        poll = setup()
        await voted(box, poll, "czs", [marks("excellent"), marks("incompetent")])
        status = await box.status(poll.key)
        assert status.phase is Phase.CASTING
        assert [(one.subject, one.issued, one.returned) for one in status.turnout] == [("czs", 2, 2), ("lys", 0, 0)]
        assert "excellent" not in status.model_dump_json()

    async def test_two_who_close_at_once_get_the_same_counts(self, box: BallotBox) -> None:
        poll = setup()
        await voted(box, poll, "czs", [marks("excellent"), marks("incompetent")])
        one, two = await asyncio.gather(box.close(poll.key), box.close(poll.key))
        assert one == two

    async def test_a_cast_beside_the_close_is_either_counted_or_refused(self, box: BallotBox) -> None:
        poll = setup()
        tokens = await collected(box, poll, "czs", DEPUTIES)
        casts = [box.cast(poll.key, "czs", token, marks("competent")) for token in tokens]
        counted, *answers = await asyncio.gather(box.close(poll.key), *casts, return_exceptions=True)
        assert not isinstance(counted, BaseException)
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert all(answer.code == "closed" for answer in refused)
        assert (await box.close(poll.key)).cast == len(tokens) - len(refused)

    async def test_a_closed_poll_verifies(self, box: BallotBox) -> None:
        poll = setup()
        await voted(box, poll, "czs", [marks("excellent"), marks("competent")])
        await box.close(poll.key)
        verification = await box.verify(poll.key)
        assert (verification.verified, verification.cast) == (True, 2)

    async def test_a_discarded_poll_is_never_counted(self, box: BallotBox) -> None:
        poll = setup()
        tokens = await voted(box, poll, "czs", [marks("excellent")])
        await box.discard(poll.key)
        await box.discard(poll.key)
        for act in (box.close(poll.key), box.cast(poll.key, "czs", tokens[0], marks("excellent")), box.open(poll)):
            with pytest.raises(Refusal) as refused:
                await act
            assert refused.value.code == "discarded"
        verification = await box.verify(poll.key)
        assert (verification.verified, verification.cast) == (True, 0)

    async def test_a_counted_poll_cannot_be_discarded(self, box: BallotBox) -> None:
        poll = setup()
        await voted(box, poll, "czs", [marks("excellent")])
        counted = await box.close(poll.key)
        with pytest.raises(Refusal) as refused:
            await box.discard(poll.key)
        assert refused.value.code == "already_counted"
        assert await box.close(poll.key) == counted

    async def test_discarding_a_poll_that_was_never_opened_changes_nothing(self, box: BallotBox) -> None:
        poll = setup()
        await box.discard(poll.key)
        await box.open(poll)
        assert (await box.status(poll.key)).phase is Phase.COLLECTING

    async def test_towns_have_boxes_of_their_own(self, box: BallotBox) -> None:
        poll, neighbour = setup(), setup(town="清水镇")
        await voted(box, poll, "czs", [marks("excellent")])
        await voted(box, neighbour, "czs", [marks("incompetent"), marks("incompetent")])
        assert (await box.close(poll.key)).subjects["czs"].overall.grades["incompetent"] == 0
        assert (await box.close(neighbour.key)).subjects["czs"].returned == 2


class PaperContract:
    """Paper is entered twice by two persons who agree."""

    async def test_sheets_entered_alike_by_two_are_counted(self, box: BallotBox) -> None:
        poll = setup(BallotMode.PAPER)
        await box.open(poll)
        twice = marks("competent")
        twice = twice.model_copy(update={"rows": {**twice.rows, "style": ("excellent", "incompetent")}})
        await box.enter_paper(poll.key, "czs", 1, 1, twice, person="甲")
        await box.enter_paper(poll.key, "czs", 2, 1, twice, person="乙")
        czs = (await box.close(poll.key)).subjects["czs"]
        assert (czs.issued, czs.returned, czs.overall.grades["competent"]) == (5, 1, 1)
        assert (czs.dimensions["style"].invalid, czs.dimensions["style"].valid) == (1, 0)
        assert (await box.verify(poll.key)).verified

    async def test_what_differs_is_named_and_holds_the_count_up(self, box: BallotBox) -> None:
        poll = setup(BallotMode.PAPER)
        await box.open(poll)
        await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent", style="incompetent"), person="乙")
        await box.enter_paper(poll.key, "czs", 1, 2, marks("competent"), person="甲")
        assert (await box.status(poll.key)).unfinished == (
            "测评对象 czs 第 1 号票两次录入不一致（style）",
            "测评对象 czs 第 2 号票只录入了一次",
        )
        with pytest.raises(Refusal, match="第 1 号票两次录入不一致") as refused:
            await box.close(poll.key)
        assert refused.value.code == "unfinished"
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="乙")
        await box.enter_paper(poll.key, "czs", 2, 2, marks("competent"), person="乙")
        assert (await box.close(poll.key)).cast == 2

    async def test_one_person_cannot_make_both_entries(self, box: BallotBox) -> None:
        poll = setup(BallotMode.PAPER)
        await box.open(poll)
        await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        with pytest.raises(Refusal) as refused:
            await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="甲")
        assert refused.value.code == "same_person"

    async def test_more_returned_than_issued_is_not_opened(self, box: BallotBox) -> None:
        poll = setup(BallotMode.PAPER, ballots=1)
        await box.open(poll)
        sheets = [Sheet("czs", number, marks("excellent")) for number in (1, 2)]
        await box.enter_papers(poll.key, 1, sheets, person="甲")
        await box.enter_papers(poll.key, 2, sheets, person="乙")
        counted = await box.close(poll.key)
        czs = counted.subjects["czs"]
        assert (counted.opened, czs.issued, czs.returned) == (False, 1, 2)
        assert czs.overall == ItemCount()
        assert (await box.verify(poll.key)).verified
        await box.discard(poll.key)
        assert (await box.verify(poll.key)).cast == 0

    async def test_paper_and_phones_are_counted_together(self, box: BallotBox) -> None:
        poll = setup(BallotMode.MIXED)
        await box.open(poll)
        token = await box.issue(poll.key, "czs", "d1")
        await box.issue_paper(poll.key, [Entitlement("czs", "d2")])
        with pytest.raises(Refusal) as refused:
            await box.issue(poll.key, "czs", "d2")
        assert refused.value.code == "already_issued"
        await box.begin_casting(poll.key)
        await box.cast(poll.key, "czs", token, marks("excellent"))
        await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="乙")
        czs = (await box.close(poll.key)).subjects["czs"]
        assert (czs.issued, czs.returned) == (2, 2)
        assert (czs.overall.grades["excellent"], czs.overall.grades["competent"]) == (1, 1)
        assert (await box.verify(poll.key)).verified

    async def test_more_sheets_than_forms_hold_a_mixed_count_up(self, box: BallotBox) -> None:
        poll = setup(BallotMode.MIXED)
        await box.open(poll)
        await box.issue(poll.key, "czs", "d1")
        await box.begin_casting(poll.key)
        await box.enter_paper(poll.key, "czs", 1, 1, marks("competent"), person="甲")
        await box.enter_paper(poll.key, "czs", 2, 1, marks("competent"), person="乙")
        with pytest.raises(Refusal, match="多于发出的 0 张"):
            await box.close(poll.key)

    async def test_each_path_belongs_to_its_mode(self, box: BallotBox) -> None:
        phones, paper = setup(), setup(BallotMode.PAPER, poll_id="2025-p2")
        await box.open(phones)
        await box.open(paper)
        for act in (
            box.enter_paper(phones.key, "czs", 1, 1, marks("competent"), person="甲"),
            box.enter_counted_rows(phones.key, 1, {}, person="甲"),
            box.issue_paper(phones.key, [Entitlement("czs", "d1")]),
            box.issue(paper.key, "czs", "d1"),
        ):
            with pytest.raises(Refusal) as refused:
                await act
            assert refused.value.code == "wrong_mode"
