"""The opening by two teams 两组开箱: three scrutineers each, with different shares; their results must be equal.

Each team opens on a machine of its own, offline, from the same file, and takes away a `TeamResult`: signed statements,
the slices in an order that tells nothing, and the count. `combine` compares the two and gives the files to publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from ballotbox.secret.contents import Contents
from ballotbox.secret.encoding import Hex32, canonical, read_canonical
from ballotbox.secret.manifest import Poll
from ballotbox.secret.opening import open_box, slices_root
from ballotbox.secret.publication import count_files, lines_of
from ballotbox.secret.shares import THRESHOLD
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.slips import Slip
from ballotbox.secret.statements import (
    Close,
    Opened,
    PaperCount,
    merge_signatures,
    numbered,
    read_statement,
    sign_statement,
    signers_of,
)
from ballotbox.secret.tally import Tally, count
from domain.acts import Refusal
from transparency.signed_note import NoteRefused

Team = Literal[1, 2]


class TeamResult(BaseModel):
    """`team-1.json`, `team-2.json`: what a team gives to be published. It holds no share and no key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-team/1"] = "jiandu-ballot-team/1"
    manifest: Hex32
    team: Team
    close: str
    """The close, signed by the three."""
    paper: str | None
    """The count of the paper box, signed by the three, in mode `mixed`; None for a poll that is void."""
    opening: str | None
    """The opening, signed by the three; None for a poll that is void."""
    lines: tuple[str, ...]
    tally: Tally | None

    @classmethod
    def from_bytes(cls, data: bytes) -> TeamResult:
        """Raises `ValueError` for bytes that are no canonical result."""
        read_canonical(data)
        return cls.model_validate_json(data)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))


class Combined(NamedTuple):
    """Two results that are equal: the files to publish by name, and the phase that the board then tells."""

    files: dict[str, bytes]
    phase: Literal["published", "void"]
    close: Close
    opened: Opened | None
    tally: Tally | None
    paper: PaperCount | None = None
    """What both teams have signed of the paper box, in mode `mixed`."""


def open_as_team(contents: Contents, slips: Sequence[Slip], team: Team) -> TeamResult:
    """Sign the close, open the box, sign what came out. A void poll is signed as void, and never opened.

    Raises `SlipRefused` for a slip of another poll; `SharesRefused`; `Refusal` for anything but three different slips,
    for a log without its checkpoint and witnesses, for numbers that cannot be, for a missing ciphertext.
    """
    poll = contents.poll
    numbers = sorted({slip.number for slip in slips})
    if len(slips) != THRESHOLD or len(numbers) != THRESHOLD:
        raise Refusal("three_slips", f"每组开箱恰好需要 {THRESHOLD} 张不同的密钥条，现有 {len(numbers)} 张不同的。")
    for slip in slips:
        slip.check(poll)
    signers = [slip.signer for slip in sorted(slips)]
    close = contents.close()
    signed_close = sign_statement(poll, close, *signers)
    if close.void:
        return TeamResult(
            manifest=poll.hash.hex(), team=team, close=signed_close, paper=None, opening=None, lines=(), tally=None
        )
    shares = {slip.number: slip.share for slip in slips}
    opening = open_box(poll, contents.leaf_bytes, contents.ciphertexts_by_hash, shares)
    slices = [PublishedSlice.model_validate_json(line) for line in opening.lines]
    return TeamResult(
        manifest=poll.hash.hex(),
        team=team,
        close=signed_close,
        paper=None if contents.paper is None else sign_statement(poll, contents.paper, *signers),
        opening=sign_statement(poll, opening.statement(team, numbers), *signers),
        lines=tuple(line.decode() for line in opening.lines),
        tally=count(poll, contents.log, slices, opening.set_aside, opening.unopened),
    )


def combine(poll: Poll, policy: bytes, log_root: bytes, first: TeamResult, second: TeamResult) -> Combined:
    """The files to publish from two teams' results over the log of this root; `policy` is the published one.

    Raises `Refusal` with a plain reason when one is not of this poll and log or not signed by its three scrutineers,
    when the two differ, or used the same shares.
    """
    one, two = sorted((first, second), key=lambda result: result.team)
    if (one.team, two.team) != (1, 2):
        raise Refusal("one_team", f"两份结果都是第 {one.team} 组的；需要第一组和第二组各一份。")
    closes = [_close(poll, log_root, result) for result in (one, two)]
    if closes[0] != closes[1]:
        raise Refusal("teams_differ", "两组签署的封箱数字不同，不能公布；请核对两组所用的文件是否同一份。")
    files = {"close.note": merge_signatures(one.close, two.close).encode()}
    if closes[0].void:
        if any(result.opening or result.paper or result.lines or result.tally for result in (one, two)):
            raise Refusal("void_opened", "本次测评作废，不得开箱，结果文件中却有开箱内容；不能公布。")
        return Combined(files, "void", closes[0], None, None)
    opened = [_opened(poll, log_root, result) for result in (one, two)]
    if set(opened[0].shares) == set(opened[1].shares):
        raise Refusal("same_shares", "两组用了同样的三份密钥，不能互相印证；第二组须至少换一名监票人。")
    if opened[0].model_dump(exclude={"team", "shares"}) != opened[1].model_dump(exclude={"team", "shares"}):
        raise Refusal("teams_differ", _difference(opened[0], opened[1]))
    tally = one.tally
    if tally is None or tally != two.tally or one.lines != two.lines:
        raise Refusal("teams_differ", "两组的计票结果或票面内容不同，不能公布；请两组各自重新开箱。")
    for number, result in ((1, one), (2, two)):
        assert result.opening is not None  # `_opened` has read it
        files[f"opening-{number}.note"] = result.opening.encode()
    files["slices.jsonl"] = lines_of([line.encode() for line in one.lines])
    files["tally.json"] = tally.to_bytes()
    signed = _paper(poll, one, two)
    files |= count_files(poll, policy, one.close, tally, signed)
    paper = None if signed is None else read_statement(poll, signed, PaperCount)
    return Combined(files, "published", closes[0], opened[0], tally, paper)


def _close(poll: Poll, log_root: bytes, result: TeamResult) -> Close:
    if result.manifest != poll.hash.hex():
        raise Refusal("wrong_poll", f"第 {result.team} 组的结果不是本次测评的，不能公布。")
    try:
        close = read_statement(poll, result.close, Close)
    except (ValueError, NoteRefused):
        raise Refusal("wrong_poll", f"第 {result.team} 组的封箱声明不是本次测评的，不能公布。") from None
    if len(signers_of(result.close, numbered(poll.manifest.scrutineer_keys))) < THRESHOLD:
        raise Refusal("not_signed", f"第 {result.team} 组的封箱声明没有三名监票人的有效签名，不能公布。")
    if close.log_root != log_root.hex():
        raise Refusal("wrong_log", f"第 {result.team} 组所开的不是票箱现在的票册，不能公布；请重新导出后再开。")
    return close


def _opened(poll: Poll, log_root: bytes, result: TeamResult) -> Opened:
    if result.opening is None:
        raise Refusal("not_opened", f"第 {result.team} 组没有开箱，不能公布。")
    try:
        opened = read_statement(poll, result.opening, Opened)
    except (ValueError, NoteRefused):
        raise Refusal("wrong_poll", f"第 {result.team} 组的开箱声明不是本次测评的，不能公布。") from None
    signed = signers_of(result.opening, numbered(poll.manifest.scrutineer_keys))
    if opened.team != result.team or len(opened.shares) != THRESHOLD or not set(opened.shares) <= signed:
        raise Refusal("not_signed", f"第 {result.team} 组的开箱声明没有该组三名监票人的有效签名，不能公布。")
    lines = [line.encode() for line in result.lines]
    if opened.log_root != log_root.hex() or opened.slices_root != slices_root(lines).hex():
        raise Refusal("wrong_log", f"第 {result.team} 组的票面内容与其签署的声明不符，不能公布。")
    return opened


def _paper(poll: Poll, one: TeamResult, two: TeamResult) -> str | None:
    if one.paper is None or two.paper is None:
        if one.paper is not two.paper or poll.manifest.mode == "mixed":
            raise Refusal("teams_differ", "有一组没有签署纸票的计数，不能公布。")
        return None
    for result, note in ((one, one.paper), (two, two.paper)):
        if len(signers_of(note, numbered(poll.manifest.scrutineer_keys))) < THRESHOLD:
            raise Refusal("not_signed", f"第 {result.team} 组的纸票计数没有三名监票人的有效签名，不能公布。")
    try:
        return merge_signatures(one.paper, two.paper)
    except ValueError:
        raise Refusal("teams_differ", "两组签署的纸票计数不同，不能公布；请核对两组所用的文件是否同一份。") from None


def _difference(one: Opened, two: Opened) -> str:
    what = []
    if one.set_aside != two.set_aside:
        what.append("无效信封")
    if one.unopened != two.unopened:
        what.append("票数过少而不开的测评对象")
    if (one.slices, one.slices_root) != (two.slices, two.slices_root):
        what.append(f"票面内容（根 {one.slices_root[:16]} 与 {two.slices_root[:16]}）")
    return f"两组开箱结果不同：{'、'.join(what)}。不能公布；请两组各自重新开箱，仍不同的宣布作废。"
