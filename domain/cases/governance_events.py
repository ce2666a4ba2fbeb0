"""What is recorded when a case as such is governed: voided, corrected, acted in by a delegate."""

from __future__ import annotations

from datetime import date

from pydantic import JsonValue

from domain.cases.aftermath import EffectRefused
from domain.events import Event


class Voided(Event, name="governance.voided"):
    """The case was opened by mistake: nothing more is done in it, and everything in it is kept."""

    reason: str
    on: date


class CorrectionProposed(Event, name="governance.correction_proposed"):
    """One person proposed to correct the event `version`."""

    version: int
    changes: dict[str, JsonValue]
    reason: str
    on: date


class Corrected(Event, name="governance.corrected"):
    """A second person confirmed the correction of the event `version`.

    `changes` holds by version all that reads otherwise than recorded from now on: what this correction and those before
    it changed, and what follows from them.
    """

    version: int
    proposal_version: int
    changes: dict[int, dict[str, JsonValue]]
    reason: str
    on: date


class CorrectionDeclined(Event, name="governance.correction_declined"):
    """A correction was not confirmed."""

    proposal_version: int
    reason: str
    on: date


class DelegateAppointed(Event, name="governance.delegate_appointed"):
    """A person may act for another in this case, from one day to another, both included."""

    principal: str
    delegate: str
    from_: date
    until: date
    reason: str
    on: date


GOVERNANCE_EVENTS = (Voided, CorrectionProposed, Corrected, CorrectionDeclined, DelegateAppointed, EffectRefused)
"""The events that every kind of case may hold beside its own."""
