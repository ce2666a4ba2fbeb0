"""The count of published slices, and what the published tally must say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ballotbox.secret.encoding import Hex32, canonical, read_canonical
from ballotbox.secret.log import FIRST_ENTRY, LogContents
from ballotbox.secret.manifest import Poll
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.statements import SetAside


class SubjectTally(BaseModel):
    """A subject's counts. `questions` is empty where nothing was opened, else every code is counted, zeros too."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    issued: int
    returned: int
    set_aside: int
    questions: dict[str, dict[str, int]]


class Tally(BaseModel):
    """`tally.json`: the phones' rows of the count."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-tally/1"] = "jiandu-ballot-tally/1"
    manifest: Hex32
    subjects: dict[str, SubjectTally]

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))

    @classmethod
    def from_bytes(cls, data: bytes) -> Tally:
        """Raises `ValueError` for bytes that are no canonical tally."""
        read_canonical(data)
        return cls.model_validate_json(data)


def count(
    poll: Poll,
    log: LogContents,
    slices: Iterable[PublishedSlice],
    set_aside: Iterable[SetAside],
    unopened: Iterable[str],
) -> Tally:
    """Count the slices of known columns."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for piece in slices:
        slot = poll.slots[piece.slot]
        for question, grade in zip(slot.questions, piece.grades, strict=True):
            counted.setdefault((slot.subject, question), Counter())[grade] += 1
    aside = Counter(set_aside_subjects(log, set_aside))
    issued, returned, withheld = log.issued_on_phones(poll), log.returned(poll), set(unopened)
    return Tally(
        manifest=poll.hash.hex(),
        subjects={
            subject: SubjectTally(
                issued=issued[subject],
                returned=returned[subject],
                set_aside=aside[subject],
                questions={}
                if subject in withheld
                else {
                    question: {code: counted.get((subject, question), Counter())[code] for code in poll.manifest.codes}
                    for question in poll.manifest.questions
                },
            )
            for subject in poll.recused
        },
    )


def set_aside_subjects(log: LogContents, set_aside: Iterable[SetAside]) -> list[str]:
    """The subject of each envelope that was set aside; leaves outside the log are left out."""
    places = [item.leaf - FIRST_ENTRY for item in set_aside]
    return [log.entries[place].subject for place in places if 0 <= place < len(log.entries)]
