"""Questions at a duty report, what holds a poll up, and the statutory interpellation."""

from __future__ import annotations

from datetime import date

import pytest

from domain.policy.document import AppraisalPolicy, Order
from domain.rules.interpellation import InterpellationRefusal, interpellation_refusals, second_answer
from domain.rules.questions import HoldUp, Standing, commitment_broken, may_file, open_questions, poll_held_up

SETTLED = {"q1": Standing.ANSWERED, "q2": Standing.COMMITTED}
OPEN = {**SETTLED, "q3": Standing.OPEN}
AFTER = AppraisalPolicy()
SAME_DAY = AppraisalPolicy(order=Order.SAME_DAY)


def test_an_open_question_bars_the_filing_and_a_commitment_does_not() -> None:
    assert may_file(SETTLED)
    assert may_file({})
    assert not may_file(OPEN)
    assert open_questions(OPEN) == ("q3",)


@pytest.mark.parametrize(
    ("questions", "unimplemented", "waived", "reasons"),
    [
        (SETTLED, [], False, ()),
        (SETTLED, ["o1"], False, (HoldUp.UNIMPLEMENTED_OPINIONS,)),
        (SETTLED, ["o1"], True, ()),
        (OPEN, [], False, (HoldUp.OPEN_QUESTIONS,)),
        (OPEN, ["o1"], False, (HoldUp.OPEN_QUESTIONS, HoldUp.UNIMPLEMENTED_OPINIONS)),
        (OPEN, ["o1"], True, (HoldUp.OPEN_QUESTIONS,)),
    ],
)
def test_what_holds_a_poll_up(
    questions: dict[str, Standing], unimplemented: list[str], waived: bool, reasons: tuple[HoldUp, ...]
) -> None:
    assert poll_held_up(AFTER, questions, unimplemented, waived=waived) == reasons
    assert all(reason.label for reason in reasons)


def test_on_the_same_day_nothing_that_comes_later_holds_the_poll_up() -> None:
    assert poll_held_up(SAME_DAY, SETTLED, ["o1"], waived=False) == ()
    assert poll_held_up(SAME_DAY, OPEN, ["o1"], waived=False) == (HoldUp.OPEN_QUESTIONS,)


@pytest.mark.parametrize(
    ("kept", "today", "broken"),
    [(False, date(2025, 9, 30), False), (False, date(2025, 10, 1), True), (True, date(2025, 10, 1), False)],
)
def test_a_commitment_may_be_marked_broken_after_its_due_date(kept: bool, today: date, broken: bool) -> None:
    assert commitment_broken(date(2025, 9, 30), kept, today) is broken


TEN = [f"d{number}" for number in range(10)]


def test_an_interpellation_as_the_law_wants_it() -> None:
    assert interpellation_refusals(TEN, against_government=True, in_session=True, in_writing=True) == ()


@pytest.mark.parametrize(
    ("signers", "against_government", "in_session", "in_writing", "reason"),
    [
        (TEN[1:], True, True, True, InterpellationRefusal.TOO_FEW_SIGNERS),
        ([*TEN[1:], "d1"], True, True, True, InterpellationRefusal.TOO_FEW_SIGNERS),  # nobody signs twice
        (TEN, False, True, True, InterpellationRefusal.NOT_THE_GOVERNMENT),
        (TEN, True, False, True, InterpellationRefusal.NOT_IN_SESSION),
        (TEN, True, True, False, InterpellationRefusal.NOT_IN_WRITING),
    ],
)
def test_an_interpellation_that_cannot_be_brought(
    signers: list[str], against_government: bool, in_session: bool, in_writing: bool, reason: InterpellationRefusal
) -> None:
    found = interpellation_refusals(
        signers, against_government=against_government, in_session=in_session, in_writing=in_writing
    )
    assert found == (reason,)
    assert reason.label


@pytest.mark.parametrize(
    ("signers", "dissatisfied", "asked"),
    [(10, 5, True), (10, 4, False), (11, 5, False), (11, 6, True), (0, 0, False)],
)
def test_half_of_the_signers_or_more_may_ask_for_a_second_answer(signers: int, dissatisfied: int, asked: bool) -> None:
    names = [f"d{number}" for number in range(signers)]
    assert second_answer(names, names[:dissatisfied]) is asked


def test_only_signers_dissatisfaction_counts() -> None:
    assert not second_answer(TEN, [*TEN[:4], "x", "y"])
