"""The end of a poll: three scrutineers sign that envelopes and shares are destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ballotbox.offices import BoxOffice
from ballotbox.secret.manifest import Poll
from ballotbox.secret.shares import THRESHOLD
from ballotbox.secret.slips import Slip
from ballotbox.secret.statements import Statement, sign_statement
from domain.acts import Refusal

DESTROYED_FILE = "shares-destroyed.note"
"""Beside the published files; the verifier needs it not."""


class SharesDestroyed(Statement):
    """The scrutineers of these numbers: the objections are over, ciphertexts and slips are being destroyed."""

    kind: ClassVar[str] = "shares-destroyed"
    scrutineers: tuple[int, ...]


def sign_destruction(poll: Poll, slips: Sequence[Slip]) -> str:
    """The statement, signed by three. Raises `Refusal` for fewer, `SlipRefused` for a slip of another poll."""
    for slip in slips:
        slip.check(poll)
    numbers = tuple(sorted({slip.number for slip in slips}))
    if len(numbers) < THRESHOLD:
        raise Refusal("three_slips", f"销毁声明需要 {THRESHOLD} 名监票人签署。")
    return sign_statement(poll, SharesDestroyed(scrutineers=numbers), *(slip.signer for slip in sorted(slips)))


async def publish_destruction(box: BoxOffice, poll: Poll, note: str) -> None:
    """Publish the statement. Where other three have signed it before, theirs stands: whoever is there can finish what
    was cut off."""
    try:
        await box.publish(poll.hash.hex(), {DESTROYED_FILE: note.encode()}, "published")
    except Refusal as refusal:
        if refusal.code != "other_file":
            raise
