"""What a case tells the cycle it belongs to: its outcome. Apart from both, so that neither needs the other's module."""

from __future__ import annotations

from domain.acts import Command, Role
from domain.cases.case import CaseKind


class RecordOutcome(Command, name="record_outcome", by=(Role.SYSTEM,)):
    """A case of the year has come to something. `open`: it goes on all the same, as an approved proposal does."""

    kind: CaseKind
    case_id: str
    outcome: str
    open: bool = False
