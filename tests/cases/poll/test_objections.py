"""After the count: objections are heard and decided before anything is destroyed."""

from __future__ import annotations

import pytest

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.poll import commands as do
from domain.cases.poll import objections as late
from domain.cases.poll.state import PollState
from tests.cases.harness import Play
from tests.cases.poll.test_poll import DAY, called, count, counted

NEXT = "2025-06-21"
DEPUTY = Actor(id="d01", role=Role.DEPUTY)
OBJECTION = late.ObjectToPoll(objection_id="y1", reason="第 31 号信封为何无效")


@pytest.fixture
def play() -> Play[PollState]:
    play = called()
    counted(play, 55, czs=count(31, 20, issued=55), lys=count(30, 25, issued=55))
    return play


def refused(play: Play[PollState], command: Command, actor: Actor = DEPUTY) -> str:
    with pytest.raises(Refusal) as caught:
        play.act(NEXT, command, actor=actor)
    return caught.value.code


def test_an_objection_keeps_the_ballots_until_it_is_decided(play: Play[PollState]) -> None:
    scrutineer = Actor(id="s1", role=Role.SCRUTINEER)
    play.act(NEXT, OBJECTION, actor=DEPUTY)
    assert refused(play, late.DestroyBallots(), scrutineer) == "objections_pending"
    decision = late.DecidePollObjection(objection_id="y1", upheld=False, reason="密文损坏，两组一致")
    presidium = Actor(id="p1", role=Role.PRESIDIUM)
    play.act(NEXT, decision, actor=presidium)
    assert play.state.objections["y1"].upheld is False
    assert refused(play, decision, presidium) == "objection_decided"
    assert [event.type_name for event in play.act(NEXT, late.DestroyBallots(), actor=scrutineer)] == [
        "poll.ballots_destroyed"
    ]
    assert play.act(NEXT, late.DestroyBallots(), actor=scrutineer) == []
    assert refused(play, late.ObjectToPoll(objection_id="y2", reason="迟到的异议")) == "ballots_destroyed"


def test_an_objection_is_somebodys_and_has_its_own_number(play: Play[PollState]) -> None:
    staff = Actor(id="zhang", role=Role.STAFF)
    assert refused(play, OBJECTION, staff) == "whose_objection"
    play.act(NEXT, OBJECTION, actor=staff.model_copy(update={"on_behalf_of": "d01"}))
    assert refused(play, OBJECTION) == "objection_taken"
    unknown = late.DecidePollObjection(objection_id="y9", upheld=True, reason="重投")
    assert refused(play, unknown, Actor(id="p1", role=Role.PRESIDIUM)) == "unknown_objection"
    assert Role.DEPUTY not in late.DecidePollObjection.by


def test_before_the_count_there_is_nothing_to_object_to_or_to_destroy() -> None:
    play = called()
    play.act(DAY, do.OpenPoll(present=55))
    play.act(DAY, do.ClosePoll())
    assert refused(play, OBJECTION) == "wrong_stage"
    assert refused(play, late.DestroyBallots(), Actor(id="s1", role=Role.SCRUTINEER)) == "wrong_stage"
