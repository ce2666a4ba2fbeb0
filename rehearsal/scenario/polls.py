"""The figures of a poll as a scenario states them."""

from __future__ import annotations

from pydantic import Field

from domain.policy.values import Count
from rehearsal.scenario.values import Day, Part, Text

ABSTAIN = "abstain"
INVALID = "invalid"
BLANK = "blank"

Rows = dict[str, Count]
"""How many rows of one item fell to each grade (by key), to `abstain` and to `invalid`, or were left `blank`."""


class RevotePoll(Part):
    """One poll on one subject: who was there, and how the ballots that came back were marked."""

    date: Day
    present: Count
    issued: Count | None = None
    """As many as present, unless said."""
    overall: Rows | None = None
    dimensions: dict[str, Rows] = Field(default={})
    """By dimension; one left out is graded as the overall item."""

    @property
    def returned(self) -> int:
        """Ballots that came back."""
        return sum((self.overall or {}).values())

    @property
    def invalid(self) -> int:
        """Invalid rows of any item."""
        items = [self.overall or {}, *self.dimensions.values()]
        return sum(rows.get(INVALID, 0) for rows in items)

    @property
    def ballots_issued(self) -> int:
        """Ballots handed out."""
        return self.present if self.issued is None else self.issued


class Poll(RevotePoll):
    """A poll in an appraisal. `waive`: the presidium's reason for holding it before every opinion is implemented."""

    waive: Text | None = None
