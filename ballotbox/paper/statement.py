"""What the scrutineers sign of the paper box in mode `mixed`: sheets and rows, in the words of the manifest."""

from __future__ import annotations

from collections.abc import Mapping

from ballotbox.ballots import Ballot
from ballotbox.paper.trays import EMPTY_TRAY, PaperTray
from ballotbox.secret.ceremony import BLANK
from ballotbox.secret.counted import INVALID
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import PaperCount


def paper_count(poll: Poll, trays: Mapping[str, PaperTray]) -> PaperCount:
    """The count of trays that are finished, by subject."""
    kept = {subject: trays.get(subject, EMPTY_TRAY) for subject in poll.recused}
    return PaperCount(
        sheets={subject: tray.returned for subject, tray in kept.items()},
        rows={
            subject: {question: _row(poll, question, tray) for question in poll.manifest.questions}
            for subject, tray in kept.items()
        },
    )


def _row(poll: Poll, question: str, tray: PaperTray) -> dict[str, int]:
    counts = dict.fromkeys((*poll.manifest.codes, INVALID), 0)
    for ballot in tray.agreed:
        counts[_code(ballot, question)] += 1
    return counts


def _code(ballot: Ballot, question: str) -> str:
    marks = ballot.rows[question]
    if len(marks) > 1:
        return INVALID
    return marks[0] if marks else BLANK
