"""`table.csv`: the count as people read it, for a spreadsheet program in any language.

UTF-8 with a byte order mark, lines end with CR LF, a row a question and path. Every row of an opened subject sums to
its 收回. No cell can be taken for a formula: one that begins like one has an apostrophe before it; control characters
are spaces. docs/ballot-protocol.md writes the form down; both verifiers make it again and compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ballotbox.secret.counted import QuestionRows, Row
from ballotbox.secret.manifest import Poll

BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_FORMULA = ("=", "+", "-", "@")
_QUOTED = re.compile(r'[",]')


def table(poll: Poll, rows: Iterable[QuestionRows]) -> bytes:
    """The file."""
    labels, codes = poll.manifest.labels, poll.manifest.codes
    header = ["测评对象", "项目", "方式", "发出", "收回", *(labels.codes.get(code, code) for code in codes), "无效"]
    lines = [header]
    for row in rows:
        place = [labels.subjects.get(row.subject, row.subject), labels.questions.get(row.question, row.question)]
        paths = [("手机", row.phones)]
        if row.paper is not None:
            paths += [("纸票", row.paper), ("合计", row.total)]
        lines += [[*place, name, *_numbers(codes, path)] for name, path in paths]
    return BOM + "".join(",".join(map(_cell, line)) + "\r\n" for line in lines).encode()


def _numbers(codes: Sequence[str], row: Row) -> list[str]:
    counts = row.counts
    cells = [""] * (len(codes) + 1) if counts is None else [str(counts[code]) for code in (*codes, "invalid")]
    return [str(row.issued), str(row.returned), *cells]


def _cell(text: str) -> str:
    text = _CONTROL.sub(" ", text)
    if text.lstrip(" ").startswith(_FORMULA):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
