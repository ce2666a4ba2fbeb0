"""The acts that every case takes beside its own."""

from __future__ import annotations

from datetime import date

from pydantic import Field, JsonValue

from domain.acts import Command, Role


class VoidCase(Command, name="void_case", by=(Role.STAFF, Role.PRESIDIUM)):
    """The case was opened by mistake. It is kept with everything in it, and ends."""

    reason: str = Field(min_length=1)


class ProposeCorrection(Command, name="propose_correction", by=(Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE)):
    """The event `version` was entered wrongly: the first of two signatures."""

    version: int = Field(ge=0)
    changes: dict[str, JsonValue] = Field(min_length=1)
    reason: str = Field(min_length=1)


class ConfirmCorrection(Command, name="confirm_correction", by=(Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE)):
    """Another person signs; the correction proposed in the event `proposal_version` counts from now on."""

    proposal_version: int = Field(ge=0)


class DeclineCorrection(Command, name="decline_correction", by=(Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE)):
    """A proposed correction is not made."""

    proposal_version: int = Field(ge=0)
    reason: str = Field(min_length=1)


class AppointDelegate(Command, name="appoint_delegate", by=(Role.STAFF, Role.PRESIDIUM)):
    """`delegate` may act for `principal` in this case from one day to another, both included."""

    principal: str = Field(min_length=1)
    delegate: str = Field(min_length=1)
    from_: date
    until: date
    reason: str = Field(min_length=1)


GOVERNANCE_COMMANDS: tuple[type[Command], ...] = (
    VoidCase,
    ProposeCorrection,
    ConfirmCorrection,
    DeclineCorrection,
    AppointDelegate,
)
"""In every case, whatever its kind."""
