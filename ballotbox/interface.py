"""The ballot box as a poll's organiser knows it.

The way of a poll, in modes `phones` and `mixed`, then `paper`; a void poll is discarded and never opened::

    open ─ (phones collect) ─ begin_casting ─ (phones cast) ─ end_casting ─ submit_opening ×2 ─ close
    open ─ enter_paper… or enter_counted_rows… ─ close
    open ─ … ─ discard

Phones speak to issuers and box themselves; the organiser sees numbers only. In `mixed` sheets are entered beside the
phones, until the close. One box serves any number of subjects. Every method may be called again after a lost answer or
a crash in its middle, and says where it then differs. Refusals are `domain.acts.Refusal`s with a Chinese message; an
issuer or a box that cannot be reached raises `ballotbox.offices.PartyUnreachable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from ballotbox.ballots import Ballot, CountedRows, Difference, Sheet
from ballotbox.counts import PollCount, Verification
from ballotbox.polls import BoxStatus, PollKey, PollSetup
from ballotbox.secret.contents import Contents
from ballotbox.secret.teams import TeamResult

Entry = Literal[1, 2]
"""Which of the two independent entries of a paper form."""


class BallotBox(Protocol):
    """A box for secret ballots."""

    async def adopt(self, poll: PollKey, manifest: bytes) -> None:
        """Take a manifest that was dealt the day before; the poll will open under it, if it fits. Until the poll opens
        another one replaces it; afterwards only the same is accepted."""
        ...

    async def adopted(self, poll: PollKey) -> bytes | None:
        """The manifest that was dealt for a poll, adopted or dealt at its opening; None while there is none."""
        ...

    async def open(self, setup: PollSetup, names: Mapping[str, str] | None = None) -> None:
        """Make the box of a poll; it collects from now on. The same setup again changes nothing, another is refused.

        `names` of deputies are told to the issuers, who show them at the desk; the box does not keep them. Where no
        set-up was adopted, it is dealt here and now, and whoever runs this machine could read the slips.
        """
        ...

    async def setup_of(self, poll: PollKey) -> PollSetup | None:
        """The setup under which a poll was opened; None where it has no box."""
        ...

    async def issue_paper(self, poll: PollKey, deputies: Sequence[str]) -> None:
        """In mode `mixed`: these deputies take paper forms, and so no stamps. All or none at each issuer."""
        ...

    async def begin_casting(self, poll: PollKey) -> None:
        """Collecting ends, both issuers destroy their keys, casting begins; in mode `paper` there is nothing to begin.

        Refused: more collected than were present, and in `mixed` a path with too few (`ballot.minimum_path`).
        """
        ...

    async def end_casting(self, poll: PollKey) -> None:
        """No envelope is taken any more; the log is complete, and may be co-signed and opened. Paper may go on."""
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

    async def entered(self, poll: PollKey, entry: Entry, person: str) -> list[Sheet]:
        """What a person has entered so far, to go on from there."""
        ...

    async def differences(self, poll: PollKey) -> list[Difference]:
        """The sheets whose two entries differ, decided or not."""
        ...

    async def decide(self, poll: PollKey, subject: str, sheet_no: int, marks: Ballot, *, scrutineer: str) -> None:
        """A scrutineer says what stands on a sheet whose two entries differ; again: replaces it, until the close.

        Refused for whoever made one of the entries, and where the entries do not differ.
        """
        ...

    async def enter_counted_rows(
        self, poll: PollKey, entry: Entry, rows: Mapping[str, CountedRows], *, person: str
    ) -> None:
        """In mode `paper`: enter counts by subject that were made by hand, instead of sheets. Two persons enter them
        independently; the same entry again replaces it, until the close. All or none."""
        ...

    async def contents(self, poll: PollKey) -> Contents:
        """What the two teams take to their opening: the closed box, who was entitled, and how many were present.

        Refused (`unfinished`) before the casting has ended, and while paper is not finished: its count comes first.
        """
        ...

    async def submit_opening(self, poll: PollKey, result: TeamResult) -> None:
        """Take a team's result, which `close` combines with the other's. Until the count another one replaces it."""
        ...

    async def submitted(self, poll: PollKey) -> list[TeamResult]:
        """The teams' results that were submitted, by team."""
        ...

    async def status(self, poll: PollKey) -> BoxStatus:
        """Phase and turnout: how many, never how; and what is unfinished."""
        ...

    async def close(self, poll: PollKey) -> PollCount:
        """Take nothing more, and count. Again: the same counts.

        Refused (`unfinished`) while paper entries are missing or differ, witnesses have not signed the log's end, or a
        team's result is missing; all that may then still come. Where a path has more returned than issued, or too few
        returned to be opened: closed, but not opened (`PollCount.opened`).
        """
        ...

    async def discard(self, poll: PollKey) -> None:
        """A void poll: destroy what is in the box, unread. Again, or for a poll that was never opened: changes nothing.
        Refused once the box was counted.

        A party that cannot be reached is not waited for: the poll is void all the same, `status` names who has not yet
        destroyed what it holds, and `finish_discards` tells it later."""
        ...

    async def finish_discards(self, town: str) -> int:
        """Tell the parties of void polls that could not be reached before. Returns in how many polls one still
        cannot, or will not."""
        ...

    async def destroy(self, poll: PollKey) -> None:
        """After the objections: destroy the sealed envelopes of a counted poll. What is published stays.

        Refused before the count.
        """
        ...

    async def verify(self, poll: PollKey) -> Verification:
        """Check what is published by all of the verifier's rules, count paper again, and compare with the counts that
        `close` gave."""
        ...


class ScriptedPhones(Protocol):
    """Deputies' phones under a program's control: for rehearsals, demonstrations and tests. No part of a real poll."""

    async def collect(self, poll: PollKey, deputies: Sequence[str]) -> None:
        """These deputies get both stamps for everything they are entitled to."""
        ...

    async def cast(self, poll: PollKey, ballots: Mapping[str, Mapping[str, Ballot]]) -> None:
        """Cast, by deputy, these ballots by subject, in no particular order; a subject left out is not cast."""
        ...
