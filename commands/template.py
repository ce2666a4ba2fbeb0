"""`jiandu template`: the Excel file to fill in."""

from __future__ import annotations

from pathlib import Path

from commands.outcome import invalid_input
from commands.screen import done, say
from documents.roster_import import write_template

_SHEETS = {"deputies": "代表", "subjects": "测评对象"}


def template(what: str, out: Path) -> int:
    """Write the template. One file serves both rosters; a file that is there already is not overwritten."""
    if out.suffix.lower() != ".xlsx":
        raise invalid_input(f"{out} 应以 .xlsx 结尾。", "例如 jiandu template deputies 代表.xlsx")
    if out.exists():
        raise invalid_input(f"{out} 已存在，没有覆盖。", "换一个文件名，或先移走它。")
    write_template(out)
    done(f"已生成 {out}。")
    say(f"  填写“{_SHEETS[what]}”一张表，另一张不用时删去；然后运行 jiandu import {what} {out}")
    return 0
