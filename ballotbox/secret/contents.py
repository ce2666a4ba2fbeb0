"""What goes to the opening: one file with everything in the closed box, readable by the opening machine alone.

Canonical JSON. The leaves are texts; the ciphertexts are base64, sorted, so that their order tells nothing; `present`
is the signed attendance 实到 by subject, the only figure here that the log does not hold.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ballotbox.offices import BoxContents
from ballotbox.secret.ceremony import roster_bytes
from ballotbox.secret.closing import close_of, unopened
from ballotbox.secret.encoding import canonical, read_canonical, sha256
from ballotbox.secret.log import LogContents, read_checkpoint, read_log
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import Close, PaperCount, numbered, signers_of
from domain.acts import Refusal
from transparency.signed_note import NoteRefused


class Contents(BaseModel):
    """A closed box, with who was entitled and how many were present. Of a void poll it has no ciphertexts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-contents/1"] = "jiandu-ballot-contents/1"
    leaves: tuple[str, ...]
    ciphertexts: tuple[str, ...]
    checkpoint: str
    roster: tuple[str, ...]
    present: dict[str, int]
    paper: PaperCount | None
    """What was in the paper box, counted before anything is opened; None in mode `phones`."""

    @classmethod
    def of(
        cls,
        box: BoxContents,
        roster: tuple[str, ...],
        present: Mapping[str, int],
        paper: PaperCount | None = None,
    ) -> Contents:
        """The file's contents from a closed box and, in mode `mixed`, the paper box."""
        return cls(
            leaves=tuple(leaf.decode() for leaf in box.leaves),
            ciphertexts=tuple(sorted(base64.b64encode(each).decode() for each in box.ciphertexts.values())),
            checkpoint=box.checkpoint,
            roster=tuple(sorted(set(roster))),
            present=dict(present),
            paper=paper,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Contents:
        """Raises `ValueError` for bytes that are no canonical contents."""
        read_canonical(data)
        return cls.model_validate_json(data)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))

    @cached_property
    def poll(self) -> Poll:
        """The poll. Raises `ValueError` where the first leaf is no manifest."""
        return Poll(self.leaf_bytes[0])

    @cached_property
    def leaf_bytes(self) -> tuple[bytes, ...]:
        """The log's leaves."""
        return tuple(leaf.encode() for leaf in self.leaves)

    @cached_property
    def log(self) -> LogContents:
        """The log, read."""
        return read_log(self.poll, self.leaf_bytes)

    @property
    def sheets(self) -> Mapping[str, int]:
        """Sheets in the paper box by subject."""
        return {} if self.paper is None else self.paper.sheets

    @property
    def void(self) -> bool:
        """Whether the poll is void: then the box is not opened."""
        return unopened(self.poll, self.log, self.sheets) is not None

    @property
    def ciphertexts_by_hash(self) -> dict[bytes, bytes]:
        """The ciphertexts by their SHA-256, as the entries name them."""
        decoded = [base64.b64decode(each, validate=True) for each in self.ciphertexts]
        return {sha256(each): each for each in decoded}

    def close(self) -> Close:
        """What three scrutineers sign before anything is opened.

        Raises `Refusal` when the log is not what its checkpoint says, when too few witnesses have signed that, when the
        roster is not the manifest's, or when the numbers cannot be.
        """
        poll, log = self.poll, self.log
        _check_end(self)
        if sha256(roster_bytes(self.roster)).hex() != poll.manifest.roster_hash:
            raise Refusal("wrong_roster", "文件中的代表名单不是本次测评清单所载的那一份，不能开箱。")
        if (self.paper is not None) != (poll.manifest.mode == "mixed"):
            raise Refusal("paper_count", "手机和纸票并行的测评，纸票点清以后才能开箱；只用手机的没有纸票。请重新导出。")
        issued, roster = log.issued(poll), frozenset(self.roster)
        for subject, recused in poll.recused.items():
            entitled, present = len(roster - recused), self.present.get(subject, -1)
            if not issued[subject] <= present <= entitled:
                raise Refusal(
                    "impossible_attendance",
                    f"{subject}：实到 {present} 人，应在发出 {issued[subject]} 与应到 {entitled} 之间；请核对签到。",
                )
        return close_of(poll, log, roster, self.present, self.sheets)


def _check_end(contents: Contents) -> None:
    poll = contents.poll
    try:
        checkpoint = read_checkpoint(poll, contents.checkpoint)
    except (ValueError, NoteRefused):
        raise Refusal("wrong_checkpoint", "文件中的检查点不是本次测评票册的，不能开箱。") from None
    if not signers_of(contents.checkpoint, numbered([poll.manifest.log_key])):
        raise Refusal("wrong_checkpoint", "检查点没有票册的有效签名，不能开箱。")
    if (checkpoint.size, checkpoint.root) != (len(contents.leaves), contents.log.root):
        raise Refusal("wrong_checkpoint", "票册的内容与检查点不符，不能开箱；请查明后再开，或宣布作废。")
    witnesses = len(signers_of(contents.checkpoint, numbered(poll.manifest.witness_keys)))
    if witnesses < (quorum := poll.manifest.witness_quorum):
        raise Refusal(
            "too_few_witnesses",
            f"最后的检查点只有 {witnesses} 名见证人签名，需要 {quorum} 名；请等见证程序签名后再导出。",
        )
