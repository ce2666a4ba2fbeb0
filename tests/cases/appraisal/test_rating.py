"""A deputy asks in their own name, and rates what came of their own question."""

from __future__ import annotations

import pytest

from domain.acts import Actor, Role
from domain.cases.appraisal import commands as do
from domain.cases.appraisal import events as did
from tests.cases.appraisal.plays import REPORTED, Appraising, reported

WANG, LI = Actor(id="d1", role=Role.DEPUTY), Actor(id="d2", role=Role.DEPUTY)
RATE = do.RateAnswer(question_id="q1", rating=do.Rating.UNSATISFIED, text="没有说清时间")


def asked() -> Appraising:
    play = reported()
    play.act(REPORTED, do.RaiseQuestion(question_id="q1", text="水渠何时修好"), actor=WANG)
    return play


def test_a_deputy_asks_in_their_own_name_and_no_other() -> None:
    play = asked()
    assert [each.deputy for each in play.of(did.QuestionRaised)] == ["d1"]
    for_another = do.RaiseQuestion(question_id="q2", deputy="d2")
    assert play.refused(REPORTED, for_another, actor=WANG) == "not_yours"


def test_an_answer_is_rated_by_who_asked_once_it_is_there_and_the_later_rating_counts() -> None:
    play = asked()
    assert play.refused(REPORTED, RATE, actor=WANG) == "not_answered"
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1", text="年内"))
    assert play.refused("2025-06-04", RATE, actor=LI) == "not_yours"
    play.act("2025-06-04", RATE, actor=WANG)
    play.act("2025-06-05", RATE.model_copy(update={"rating": do.Rating.SATISFIED}), actor=WANG)
    assert play.state.questions["q1"].rating is do.Rating.SATISFIED


@pytest.mark.parametrize(("behalf", "code"), [(None, "not_yours"), ("d2", "not_yours"), ("d1", None)])
def test_the_staff_record_whose_rating_it_is(behalf: str | None, code: str | None) -> None:
    play = asked()
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1"))
    staff = Actor(id="s1", role=Role.STAFF, on_behalf_of=behalf)
    if code is None:
        assert play.act("2025-06-04", RATE, actor=staff)
    else:
        assert play.refused("2025-06-04", RATE, actor=staff) == code


def test_a_rating_decides_nothing() -> None:
    play = asked()
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1"))
    stage = play.facts.stage
    play.act("2025-06-04", RATE, actor=WANG)
    assert play.facts.stage == stage
