"""What can be done in a proposal's case (事前监督)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from domain.acts import Command, Role
from domain.cases.proposal.stages import Stage
from domain.rules.proposal import Step, VillageForm, Votes


class Decision(StrEnum):
    """What a body decides on the proposal before it."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class SubmitProposal(Command, name="submit_proposal", by=(Role.STAFF, Role.VILLAGE, Role.SYSTEM)):
    """A village submits its draft; opens the case. `deputies`: how many deputies the town's congress has."""

    proposal_id: str = Field(min_length=1)
    year: int
    village: str = Field(min_length=1)
    title: str = Field(min_length=1)
    text: str = ""
    deputies: int = Field(ge=1)


class DecideStep(
    Command,
    name="decide_step",
    by=(Role.STAFF, Role.TOWN_LEADER, Role.PARTY_COMMITTEE, Role.PRESIDIUM, Role.VILLAGE),
):
    """A body decides at its step. The two meetings decide by `votes`; they need `decision` only to return the proposal.

    `to`: where it is returned to, an earlier step or the village (`draft`). `entitled` and `present` count
    representatives, adult villagers or households, as `form` says; of the deputies the case knows how many there are.
    """

    step: Step
    decision: Decision | None = None
    to: Stage | None = None
    reason: str | None = None
    votes: Votes | None = None
    form: VillageForm | None = None
    entitled: int | None = Field(default=None, ge=1)
    present: int | None = Field(default=None, ge=0)


class AmendProposal(Command, name="amend_proposal", by=(Role.STAFF, Role.VILLAGE)):
    """The village amends its draft; the proposal starts again with the leader responsible for the village."""

    title: str | None = Field(default=None, min_length=1)
    text: str | None = None


class WithdrawProposal(Command, name="withdraw_proposal", by=(Role.STAFF, Role.VILLAGE)):
    """The village withdraws its proposal before it is decided."""

    reason: str = Field(min_length=1)


class ReportProgress(Command, name="report_progress", by=(Role.STAFF, Role.VILLAGE)):
    """How far an approved proposal has come; `percent` of the whole."""

    text: str = Field(min_length=1)
    percent: int = Field(ge=0, le=100)


class CompleteProposal(Command, name="complete_proposal", by=(Role.STAFF, Role.VILLAGE)):
    """An approved proposal is done."""

    text: str = Field(min_length=1)
