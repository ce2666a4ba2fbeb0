"""How slips come into a command's memory: typed, scanned, or read from files; never shown, never kept."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from ballotbox.secret.manifest import Poll
from ballotbox.secret.shares import THRESHOLD
from ballotbox.secret.slips import GROUP_LENGTH, GROUPS, Slip, SlipRefused
from commands.outcome import invalid_input
from commands.screen import say, warn

_CHARACTERS = GROUPS * GROUP_LENGTH


def read_slips(given: Sequence[str], poll: Poll) -> list[Slip]:
    """Three different slips of this poll: those given (as text, or as names of files), the rest from the prompt.

    Raises `Failure`, for a slip that was given and cannot be used.
    """
    slips: list[Slip] = []
    for each in given:
        try:
            _add(slips, Slip.decode(_text_of(each), poll))
        except SlipRefused as refused:
            raise invalid_input(str(refused)) from None
    while len(slips) < THRESHOLD:
        say(f"请本组第 {len(slips) + 1} 位监票人扫码，或输入密钥条（可分行；输入不显示、不保存）：")
        try:
            _add(slips, _typed(poll))
        except SlipRefused as refused:
            warn(f"{refused}。")
            continue
        say(f"第 {slips[-1].number} 号密钥条已读入。")
    return slips


def _add(slips: list[Slip], slip: Slip) -> None:
    if any(other.number == slip.number for other in slips):
        raise SlipRefused(f"第 {slip.number} 号密钥条已经读入；每组要三张不同的")
    slips.append(slip)


def _text_of(given: str) -> str:
    if len(given) < _CHARACTERS and Path(given).is_file():
        return Path(given).read_text(encoding="utf-8")
    warn("命令行上的密钥条会留在历史记录和进程列表里：下次不写 --slip，现场输入或扫码；现在请清除历史记录。")
    return given


def _typed(poll: Poll) -> Slip:
    text = ""
    while len("".join(text.split())) < _CHARACTERS:
        line = _line()
        if not line.strip():  # whoever has typed all they have wants to hear what is missing
            break
        text += f" {line}"
    while True:
        try:
            return Slip.decode(text, poll)
        except SlipRefused as refused:
            if refused.group is None:
                raise
            warn(f"{refused}：")
            text = _with_group(text, refused.group, _line())


def _with_group(text: str, place: int, group: str) -> str:
    joined = "".join(text.upper().split()).replace("-", "")
    start = (place - 1) * GROUP_LENGTH
    return joined[:start] + "".join(group.split()) + joined[start + GROUP_LENGTH :]


def _line() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("")
    line = sys.stdin.readline()
    if not line:
        raise invalid_input("没有读到密钥条。", "用 --slip 给出，或在终端里输入。")
    return line
