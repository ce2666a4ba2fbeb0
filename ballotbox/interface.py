"""The ballot box as the other rooms know it, whichever stands behind it.

The way of a poll::

    open ─ issue… ─ begin_casting ─ cast… ─ close            modes `phones` and `mixed`
    open ─ enter_paper… or enter_counted_rows… ─ close       mode `paper` (in `mixed`, sheets beside the phones)
    open ─ … ─ discard                                       a void poll: never opened

One box serves any number of subjects. A deputy has one envelope, one token and one receipt a subject; nothing ties one
subject's envelope to another's. Every method may be called again after a lost answer, and says where it then differs.
Refusals are `domain.acts.Refusal`s with a Chinese message; `Conflict` is the one that has a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from ballotbox.ballots import Ballot, CountedRows, Entitlement, Envelope, Sheet
from ballotbox.counts import PollCount, Verification
from ballotbox.polls import BoxStatus, PollKey, PollSetup

Entry = Literal[1, 2]
"""Which of the two independent entries of a paper form."""


class BallotBox(Protocol):
    """A box for secret ballots."""

    async def open(self, setup: PollSetup) -> None:
        """Make the box of a poll; it collects from now on. The same setup again changes nothing, another is refused."""
        ...

    async def issue(self, poll: PollKey, subject: str, deputy: str) -> str:
        """Give a deputy the token of their one ballot on a subject 签领.

        The token is told this once: a second call is refused (`already_issued`), also after a lost answer. Refused as
        well: no deputy of the poll, a recused one, more than may be issued, collecting over.
        """
        ...

    async def issue_many(self, poll: PollKey, entitlements: Sequence[Entitlement]) -> list[str]:
        """`issue` for many at once, tokens in the order asked; all or none."""
        ...

    async def issue_paper(self, poll: PollKey, entitlements: Sequence[Entitlement]) -> None:
        """In mode `mixed`: these deputies take paper forms for these subjects, and so no tokens. All or none."""
        ...

    async def begin_casting(self, poll: PollKey) -> None:
        """Collecting ends, casting begins; in mode `paper` there is nothing to begin. Again: changes nothing."""
        ...

    async def cast(self, poll: PollKey, subject: str, token: str, ballot: Ballot) -> str:
        """Put a ballot into the box and give its receipt; durable before the answer.

        The same ballot under the same token again gives the same receipt, also after the close; another one raises
        `Conflict`, which names the first receipt. Refused: unknown token, casting not begun or over.
        """
        ...

    async def cast_many(self, poll: PollKey, envelopes: Sequence[Envelope]) -> list[str]:
        """`cast` for many at once, receipts in the order given; all or none."""
        ...

    async def enter_paper(
        self, poll: PollKey, subject: str, entry: Entry, sheet_no: int, marks: Ballot, *, person: str
    ) -> None:
        """Enter one subject's part of a paper form. Two persons enter each independently; the same entry again replaces
        it, until the close. Entries that differ are named by `status` and keep the box from being closed."""
        ...

    async def enter_papers(self, poll: PollKey, entry: Entry, sheets: Sequence[Sheet], *, person: str) -> None:
        """`enter_paper` for many at once; all or none."""
        ...

    async def enter_counted_rows(
        self, poll: PollKey, entry: Entry, rows: Mapping[str, CountedRows], *, person: str
    ) -> None:
        """In mode `paper`: enter counts by subject that were made by hand, instead of sheets. Two persons enter them
        independently; the same entry again replaces it, until the close. All or none."""
        ...

    async def status(self, poll: PollKey) -> BoxStatus:
        """Phase and turnout: how many, never how; and what is unfinished."""
        ...

    async def close(self, poll: PollKey) -> PollCount:
        """Take nothing more, and count. Again: the same counts.

        Refused (`unfinished`) while paper entries are missing or differ; they may then still be made. More
        returned than issued: closed, but not opened (`PollCount.opened`).
        """
        ...

    async def discard(self, poll: PollKey) -> None:
        """A void poll: destroy what is in the box, unread. Again, or for a poll that was never opened: changes nothing.
        Refused once the box was counted."""
        ...

    async def verify(self, poll: PollKey) -> Verification:
        """Count again from what is stored, and compare with the counts that `close` gave."""
        ...
