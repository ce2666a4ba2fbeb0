"""Seats at the count desk as they are typed: a name a line, the forms' numbers behind it where several share them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ballotbox.count_desk import Seat
from ballotbox.interface import Entry
from domain.acts import Refusal

_LINE = re.compile(r"(?P<name>[^\s:：\d]{1,40})(?:[\s:：]+(?P<first>\d{1,4})\s*[-–—~至]\s*(?P<last>\d{1,4}))?")
ENTRIES: Sequence[tuple[str, str, Entry | None]] = (
    ("first", "第一组录入", 1),
    ("second", "第二组录入", 2),
    ("scrutineers", "监票人", None),
)
"""The fields of the form: name, word, which of the two entries."""


def seats_of(first: str, second: str, scrutineers: str) -> list[Seat]:
    """The seats of the three fields. Raises `Refusal` with the line at fault."""
    fields = {"first": first, "second": second, "scrutineers": scrutineers}
    seats = [seat for name, word, entry in ENTRIES for seat in _seats(fields[name], word, entry)]
    if not any(seat.entry == 1 for seat in seats) or not any(seat.entry == 2 for seat in seats):
        raise Refusal("one_group", "两组都要有人，而且不能是同一个人：两组各录一遍，系统逐张核对。")
    return seats


def role_word(seat: Seat) -> str:
    """What somebody does at the desk."""
    word = next(word for _, word, entry in ENTRIES if entry == seat.entry)
    return word if seat.first is None else f"{word}（{seat.first}–{seat.last} 号）"


def _seats(text: str, word: str, entry: Entry | None) -> Iterator[Seat]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise Refusal(
                "seat_line", f"{word}第 {number} 行“{line.strip()}”看不懂；一行一人，写作 张三 或 张三 1-30。"
            )
        first, last = (int(match[part]) if match[part] else None for part in ("first", "last"))
        if first is not None and last is not None and not 1 <= first <= last:
            raise Refusal("seat_range", f"{word}第 {number} 行的票号范围 {first}-{last} 不对；小号在前，从 1 起。")
        yield Seat(match["name"], entry, first, last)
