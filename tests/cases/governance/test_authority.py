"""Who may act: roles, delegates and their dates, what the staff record for others; and cases that were void."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.acts import SYSTEM, Actor, Command, Refusal, Role
from domain.cases.case import CaseKind, TellCase
from domain.cases.governance import GovernedState, authorise
from domain.cases.governance_commands import AppointDelegate, VoidCase
from domain.cases.outcomes import RecordOutcome
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal, WithdrawProposal
from domain.cases.registry import GOVERNED
from domain.rules.proposal import Step
from tests.cases.play import STAFF, Town, day

P = CaseKind.PROPOSAL
ID = "2025-p1"
APPROVAL = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)


def submitted() -> Town:
    town = Town()
    opening = SubmitProposal(proposal_id="p1", year=2025, village="科村", title="硬化文化广场", deputies=60)
    town.act("2025-01-08", P, ID, opening)
    return town


def refused(town: Town, on: str, command: Command, actor: Actor = STAFF) -> str:
    with pytest.raises(Refusal) as refusal:
        town.act(on, P, ID, command, actor)
    return refusal.value.code


def every_act_and_role() -> Iterator[tuple[type[Command], Role]]:
    for governed in GOVERNED.values():
        for command in governed.commands:
            for role in Role:
                yield command, role


EVERY_ACT_AND_ROLE = list(dict.fromkeys(every_act_and_role()))


@pytest.mark.parametrize(("command", "role"), EVERY_ACT_AND_ROLE)
def test_every_role_is_refused_what_is_not_theirs(command: type[Command], role: Role) -> None:
    act = command.model_construct()
    actor = Actor(id="somebody", role=role)
    state: GovernedState[None] = GovernedState(None)
    if role in command.by:
        authorise(act, actor, state, day("2025-01-08"))
    else:
        with pytest.raises(Refusal) as refusal:
            authorise(act, actor, state, day("2025-01-08"))
        assert refusal.value.code == "not_allowed"


def test_every_act_is_somebodys_and_named_once_in_its_case() -> None:
    for governed in GOVERNED.values():
        names = [command.act for command in governed.commands]
        assert len(set(names)) == len(names)
        assert all(command.by for command in governed.commands)


def test_the_system_does_no_human_act() -> None:
    assert refused(submitted(), "2025-01-10", APPROVAL, SYSTEM) == "not_allowed"


def test_a_delegate_acts_within_the_dates_of_the_delegation_only() -> None:
    town = submitted()
    delegate = Actor(id="deng", role=Role.TOWN_LEADER, on_behalf_of="li")
    assert refused(town, "2025-01-09", APPROVAL, delegate) == "not_delegated"
    appointment = AppointDelegate(
        principal="li", delegate="deng", from_=day("2025-01-13"), until=day("2025-01-15"), reason="外出学习"
    )
    town.act("2025-01-10", P, ID, appointment)
    assert refused(town, "2025-01-12", APPROVAL, delegate) == "not_delegated"
    other = Actor(id="deng", role=Role.TOWN_LEADER, on_behalf_of="wang")
    assert refused(town, "2025-01-15", APPROVAL, other) == "not_delegated"
    assert town.act("2025-01-15", P, ID, APPROVAL, delegate) != []


def test_a_delegation_is_over_the_day_after_its_last() -> None:
    town = submitted()
    appointment = AppointDelegate(
        principal="li", delegate="deng", from_=day("2025-01-09"), until=day("2025-01-10"), reason="请假"
    )
    town.act("2025-01-09", P, ID, appointment)
    delegate = Actor(id="deng", role=Role.TOWN_LEADER, on_behalf_of="li")
    assert refused(town, "2025-01-11", APPROVAL, delegate) == "not_delegated"


def test_a_delegation_is_to_somebody_else_and_ends_after_it_begins() -> None:
    town = submitted()
    reversed_dates = AppointDelegate(
        principal="a", delegate="b", reason="x", from_=day("2025-01-10"), until=day("2025-01-09")
    )
    assert refused(town, "2025-01-09", reversed_dates) == "dates_reversed"
    to_oneself = AppointDelegate(
        principal="a", delegate="a", reason="x", from_=day("2025-01-09"), until=day("2025-01-10")
    )
    assert refused(town, "2025-01-09", to_oneself) == "same_person"


def test_the_staff_record_what_others_did_on_paper_without_a_delegation() -> None:
    staff = Actor(id="staff-1", role=Role.STAFF, on_behalf_of="li")
    assert submitted().act("2025-01-10", P, ID, APPROVAL, staff) != []


def test_a_void_case_takes_no_more_acts_waits_for_nothing_and_keeps_everything() -> None:
    town = submitted()
    recorded = town.events(P, ID)
    town.act("2025-01-10", P, ID, VoidCase(reason="重复立案"))
    facts = town.facts(P, ID)
    assert (facts.stage, facts.outcome, facts.open, facts.due) == ("voided", "voided", False, None)
    assert town.deadlines(P, ID) == []
    assert refused(town, "2025-01-13", APPROVAL) == "voided"
    assert town.events(P, ID)[: len(recorded)] == recorded


def test_voiding_needs_a_case() -> None:
    assert refused(Town(), "2025-01-10", VoidCase(reason="误")) == "not_open"


def test_a_case_is_opened_once() -> None:
    opening = SubmitProposal(proposal_id="p1", year=2025, village="科村", title="硬化文化广场", deputies=60)
    assert refused(submitted(), "2025-01-10", opening) == "already_open"


def test_governing_acts_are_not_in_the_future() -> None:
    assert refused(submitted(), "2025-01-10", VoidCase(reason="误", on=day("2025-01-11"))) == "in_the_future"


def test_a_case_tells_its_cycle_when_its_outcome_changes_and_only_then() -> None:
    town = submitted()
    town.act("2025-01-10", P, ID, APPROVAL)
    assert town.effects == []
    town.act("2025-01-13", P, ID, WithdrawProposal(reason="不做了"))
    (told,) = town.effects
    assert isinstance(told, TellCase)
    assert (told.kind, told.case_id, told.optional) == (CaseKind.CYCLE, "2025", True)
    assert told.command == RecordOutcome(kind=P, case_id=ID, outcome="withdrawn", open=False)
