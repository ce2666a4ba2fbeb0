"""An event that the program could not read again is never recorded."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from domain.calendar import WorkCalendar
from domain.cases.case import TOWN_ZONE, CaseKind, Context
from domain.cases.dry_run import Unfoldable, try_out
from domain.cases.proposal.commands import SubmitProposal
from domain.cases.rectification.events import PlanSubmitted
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from tests.cases.play import STAFF

PROPOSAL = GOVERNED[CaseKind.PROPOSAL]
POLL = GOVERNED[CaseKind.POLL]
CONTEXT = Context(
    town="t",
    case_id="2025-canal",
    policy=Policy(),
    calendar=WorkCalendar(weekends_only=True),
    now=datetime(2025, 1, 8, 12, tzinfo=TOWN_ZONE),
)
SUBMITTED = SubmitProposal(proposal_id="canal", year=2025, village="唐家会村", title="修建防渗渠", deputies=60)


def test_what_a_decider_decides_can_be_folded() -> None:
    events = PROPOSAL.decide(PROPOSAL.initial(), SUBMITTED, STAFF, CONTEXT)
    try_out(PROPOSAL, PROPOSAL.initial(), 0, events, CONTEXT)


def test_an_event_of_another_kind_of_case_is_found_out() -> None:
    with pytest.raises(Unfoldable, match=r"rectification\.plan_submitted"):
        try_out(POLL, POLL.initial(), 0, [PlanSubmitted(text="", on=date(2025, 1, 8))], CONTEXT)
