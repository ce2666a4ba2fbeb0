"""The close of a poll: its turnout by both paths, and whether it may be opened at all.

Both follow from the log, the signed attendance and the number of paper sheets, so that the verifier can say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from ballotbox.secret.log import FIRST_ENTRY, LogContents
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import Close, Turnout, Unopened


def unopened(poll: Poll, log: LogContents, sheets: Mapping[str, int]) -> Unopened | None:
    """Why nothing of this poll may be opened; None where it may. `sheets` in the paper box, by subject (none: 0).

    More envelopes than stamps for phones or more sheets than forms, on any subject
    (`appraisal.more_returned_than_issued`); else, in mode `mixed`, a path that somebody used and fewer than
    `minimum_path` did (`ballot.minimum_path`).
    """
    envelopes, phones, forms = log.returned(poll), log.issued_on_phones(poll), log.issued_on_paper(poll)
    if any(envelopes[s] > phones[s] or sheets.get(s, 0) > forms[s] for s in poll.recused):
        return Unopened.MORE_RETURNED_THAN_ISSUED
    if poll.manifest.mode == "mixed" and any(
        0 < number < poll.manifest.minimum_path for s in poll.recused for number in (envelopes[s], sheets.get(s, 0))
    ):
        return Unopened.MINIMUM_PATH
    return None


def close_of(
    poll: Poll,
    log: LogContents,
    roster: Set[str],
    present: Mapping[str, int],
    sheets: Mapping[str, int],
    *,
    declared_void: bool = False,
) -> Close:
    """What three scrutineers sign at the close. `present` 实到 by subject, recused deputies left out.

    Whether the numbers are possible (发出 ≤ 实到 ≤ 应到) is for the caller to ask and for the verifier to check.
    """
    issued, envelopes, forms = log.issued(poll), log.returned(poll), log.issued_on_paper(poll)
    turnout = {
        subject: Turnout(
            entitled=len(roster - recused),
            present=present[subject],
            issued=issued[subject],
            returned=envelopes[subject] + sheets.get(subject, 0),
            paper_issued=forms[subject],
            paper_returned=sheets.get(subject, 0),
        )
        for subject, recused in poll.recused.items()
    }
    reason = unopened(poll, log, sheets) or (Unopened.DECLARED if declared_void else None)
    return Close(
        log_size=FIRST_ENTRY + len(log.entries),
        log_root=log.root.hex(),
        turnout=turnout,
        void=reason is not None,
        reason=reason,
    )
