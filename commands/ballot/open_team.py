"""`jiandu ballot open-team`: one team opens the box, offline, in memory. Needs no settings, database or network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ballotbox.secret.contents import Contents
from ballotbox.secret.shares import SharesRefused
from ballotbox.secret.slips import SlipRefused
from ballotbox.secret.statements import Close, Opened, read_statement
from ballotbox.secret.teams import Team, TeamResult, open_as_team
from commands.ballot.files import refuse_existing, write_secret
from commands.ballot.slip_entry import read_slips
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say


def open_team(contents: Path, given: Sequence[str], team: Team, out: Path, *, as_json: bool) -> int:
    """Open, sign, and write the team's result. Raises `Failure`, `Refusal`."""
    closed = read_contents(contents)
    refuse_existing(out)
    slips = read_slips(given, closed.poll)
    try:
        result = open_as_team(closed, slips, team)
    except (SlipRefused, SharesRefused) as refused:
        raise Failure(f"不能开箱：{refused}。", code="shares") from None
    write_secret(out, result.to_bytes())
    told = summary(closed, result)
    if as_json:
        print_json({"ok": True, **told, "file": str(out)})
        return Exit.OK
    for line in aloud(told):
        say(line)
    done(f"第 {team} 组的结果已写入 {out}，带回用 jiandu ballot publish 提交。")
    return Exit.OK


def read_contents(path: Path) -> Contents:
    """The closed box of a file. Raises `Failure`."""
    try:
        contents = Contents.from_bytes(path.read_bytes())
        contents.log  # noqa: B018 - a file whose log cannot be read is found here, before anybody types a slip
    except ValueError:
        raise invalid_input(
            f"{path} 不是票箱内容文件，或被改动过。", "请用 jiandu ballot contents 重新导出。"
        ) from None
    return contents


def summary(contents: Contents, result: TeamResult) -> dict[str, object]:
    """What a team's result says, for programs and for reading aloud."""
    close = read_statement(contents.poll, result.close, Close)
    opened = None if result.opening is None else read_statement(contents.poll, result.opening, Opened)
    return {
        "manifest": result.manifest,
        "team": result.team,
        "void": close.void,
        "turnout": {subject: turnout.model_dump() for subject, turnout in close.turnout.items()},
        "root": None if opened is None else opened.slices_root,
        "slices": None if opened is None else opened.slices,
        "set_aside": [] if opened is None else [aside.model_dump() for aside in opened.set_aside],
        "unopened": [] if opened is None else list(opened.unopened),
    }


def aloud(told: dict[str, object]) -> list[str]:
    """The result as it is read aloud: the root in groups of four."""
    lines = [f"第 {told['team']} 组开箱结果　清单 {str(told['manifest'])[:16]}…"]
    if told["void"]:
        return [*lines, "收回的票多于发出的票：本次测评作废，票箱没有开启。"]
    root = str(told["root"])
    groups = [root[start : start + 4] for start in range(0, len(root), 4)]
    lines.append(f"取出答案 {told['slices']} 份；根：")
    lines += ["    " + " ".join(groups[start : start + 8]) for start in range(0, len(groups), 8)]
    asides = told["set_aside"]
    assert isinstance(asides, list)
    lines += [f"    无效信封：票册第 {aside['leaf']} 号（{aside['reason']}）" for aside in asides]
    unopened = told["unopened"]
    assert isinstance(unopened, list)
    if unopened:
        lines.append(f"    票数过少而不开：{'、'.join(unopened)}")
    return lines
