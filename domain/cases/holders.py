"""Who answers for a post on a day, as the cases that carry a post know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from domain.roster.posts import Post


@dataclass(frozen=True)
class Holders:
    """A post with the changes of its head since it was written down."""

    post: Post
    changes: tuple[tuple[date, str], ...] = ()
    """From which day on another person holds it, in the order told."""

    def on(self, day: date) -> str:
        """The holder on a day; of two changes for one day the one told later counts."""
        holder, since = self.post.responsible, date.min
        for from_, responsible in self.changes:
            if since <= from_ <= day:
                holder, since = responsible, from_
        return holder

    def knows(self, from_: date, responsible: str) -> bool:
        """Whether a change was told before."""
        return (from_, responsible) in self.changes

    def changed(self, from_: date, responsible: str) -> Holders:
        """With one more change."""
        return replace(self, changes=(*self.changes, (from_, responsible)))
