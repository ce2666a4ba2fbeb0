"""One round of a witness: fetch, check, compare, keep, and only then co-sign."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import merge_signatures, numbered, signers_of
from ballotbox.witness.alarms import AlarmKind
from ballotbox.witness.comparing import Difference, against_kept, against_peer
from ballotbox.witness.shown import Incoherent, Raw, Shown, read_shown
from ballotbox.witness.sources import Source, SourceUnreachable
from ballotbox.witness.state import WitnessState
from transparency.signed_note import NoteSigner

_TRIES = 4
"""The board replaces its files one by one: a checkpoint and a list that do not fit are read again."""
_PAUSE = 0.5


class WitnessRefused(Exception):
    """This witness cannot work on this poll: another manifest, or a key that is not in it. In Chinese."""


class Alarm(NamedTuple):
    """A log that this witness does not co-sign, and where the evidence is."""

    difference: Difference
    evidence: Path


class Round(NamedTuple):
    """What a round came to. `size` leaves are kept (None: the log has not begun), `grown` since the last round."""

    size: int | None
    grown: int
    handed_in: bool
    """Whether the box has this witness's signature of this state."""
    troubles: tuple[str, ...]
    """What could not be done, in Chinese; the next round tries again."""
    alarm: Alarm | None = None


class Witness:
    """A witness of one poll. `hand_in` gives a co-signed checkpoint to the box, and may raise `SourceUnreachable`."""

    def __init__(
        self,
        board: Source,
        poll: Poll,
        signer: NoteSigner,
        state: WitnessState,
        hand_in: Callable[[str], None],
        peers: Sequence[Source] = (),
    ) -> None:
        self._board = board
        self._poll = poll
        self._signer = signer
        self._state = state
        self._hand_in = hand_in
        self._peers = peers
        if str(signer.key) not in poll.manifest.witness_keys:
            raise WitnessRefused(
                f"密钥 {signer.key.name} 不是本次测评清单中的见证人，不能签名。请核对密钥文件和测评编号。"
            )

    def round(self) -> Round:
        """Look once. Raises `SourceUnreachable` where the board does not answer, `StateBroken`."""
        kept = self._state.kept(self._poll)
        raw = self._fetch()
        if raw is None:
            if kept is None:
                return Round(None, 0, handed_in=False, troubles=())
            gone = Difference(AlarmKind.SHRUNK, 0, f"票册不见了：先前有 {kept.size} 条，现在公告板上没有")
            return self._raise_alarm(gone, kept, Raw(b"", b""), str(self._board))
        try:
            shown = self._coherent(raw)
        except _StillIncoherent as fault:
            return self._raise_alarm(fault.difference, kept, fault.raw, str(self._board))
        if kept is not None and (difference := against_kept(kept, shown)) is not None:
            return self._raise_alarm(difference, kept, shown.raw, str(self._board))
        troubles: list[str] = []
        for peer in self._peers:
            alarm = self._compare_with(peer, shown, troubles)
            if alarm is not None:
                return alarm
        grown = shown.size - (kept.size if kept is not None else 0)
        if kept is None or grown:
            self._state.keep(shown)
        handed_in = self._cosign(shown, troubles)
        return Round(shown.size, grown, handed_in, tuple(troubles))

    def _fetch(self) -> Raw | None:
        # The list is read after the checkpoint, so that it is never the older one of an honest board.
        note = self._board.read("checkpoint.note")
        leaves = self._board.read("leaves.txt")
        return None if note is None or leaves is None else Raw(note, leaves)

    def _coherent(self, raw: Raw) -> Shown:
        for left in reversed(range(_TRIES)):
            try:
                return read_shown(self._poll, raw)
            except Incoherent as fault:
                if not left:
                    raise _StillIncoherent(Difference(fault.kind, 0, str(fault)), raw) from fault
            time.sleep(_PAUSE)
            raw = self._fetch() or raw
        raise AssertionError("the last try returns or raises")

    def _compare_with(self, peer: Source, shown: Shown, troubles: list[str]) -> Round | None:
        manifest = self._poll.hash.hex()
        try:
            note, leaves = peer.read(f"{manifest}/checkpoint.note"), peer.read(f"{manifest}/leaves.txt")
        except SourceUnreachable as error:
            troubles.append(f"另一名见证人的记录读不了：{error}")
            return None
        if note is None or leaves is None:
            troubles.append(f"另一名见证人（{peer}）还没有本次测评的记录")
            return None
        try:
            theirs = read_shown(self._poll, Raw(note, leaves))
        except Incoherent as error:
            # Without the log's signature it proves nothing about the log.
            troubles.append(f"另一名见证人（{peer}）的记录不可用：{error}")
            return None
        difference = against_peer(shown, theirs)
        return None if difference is None else self._raise_alarm(difference, shown, theirs.raw, str(peer))

    def _cosign(self, shown: Shown, troubles: list[str]) -> bool:
        if signers_of(shown.note, numbered([str(self._signer.key)])):
            return True  # the board shows this witness's signature already
        text = shown.note.rpartition("\n\n")[0] + "\n"
        cosigned = merge_signatures(shown.note, self._signer.sign(text))
        self._state.keep_cosigned(cosigned)
        try:
            self._hand_in(cosigned)
        except SourceUnreachable as error:
            troubles.append(f"见证签名没有送到票箱：{error}")
            return False
        return True

    def _raise_alarm(self, difference: Difference, kept: Shown | None, raw: Raw, source: str) -> Round:
        evidence = self._state.keep_evidence(difference, kept, raw, source)
        size = kept.size if kept is not None else None
        return Round(size, 0, handed_in=False, troubles=(), alarm=Alarm(difference, evidence))


class _StillIncoherent(Exception):
    def __init__(self, difference: Difference, raw: Raw) -> None:
        super().__init__(difference.message)
        self.difference = difference
        self.raw = raw


def poll_of(board: Source, manifest: str, state: WitnessState) -> Poll:
    """The poll of this hash, as it was kept, or else from the board. Raises `WitnessRefused`, `SourceUnreachable`."""
    kept = state.manifest()
    data = kept if kept is not None else board.read("manifest.json")
    if data is None:
        raise WitnessRefused(f"公告板上没有测评 {manifest}。请核对编号（会场二维码中的清单编号）和公告板地址。")
    if sha256(data).hex() != manifest:
        raise WitnessRefused("公告板给出的清单与编号不符：不是会场二维码中的那一次测评。不要签名，请告诉监票人。")
    poll = Poll(data)
    if kept is None:
        state.keep_manifest(data)
    return poll


def compare_states(one: Path, other: Path, manifest: str) -> tuple[Difference | None, Shown, Shown]:
    """Two witnesses' kept states of one log. Raises `StateBroken`, `WitnessRefused`."""
    states = [WitnessState(folder, manifest) for folder in (one, other)]
    data = states[0].manifest() or states[1].manifest()
    if data is None or sha256(data).hex() != manifest:
        raise WitnessRefused(f"见证人的文件夹里没有测评 {manifest} 的清单。")
    poll = Poll(data)
    kept = [state.kept(poll) for state in states]
    if kept[0] is None or kept[1] is None:
        raise WitnessRefused("有一名见证人还没有保存本次测评的票册，无法比对。")
    return against_peer(kept[0], kept[1]), kept[0], kept[1]
