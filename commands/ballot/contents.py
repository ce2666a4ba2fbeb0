"""`jiandu ballot contents`: the closed box as one file, to be carried to the two opening machines."""

from __future__ import annotations

from pathlib import Path

from commands.ballot.files import write_secret
from commands.ballot.organising import organising
from commands.outcome import Exit
from commands.screen import done, print_json


async def contents(poll_id: str, out: Path, *, as_json: bool) -> int:
    """Export the box. What cannot be opened is refused here already. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        await poll.setup()
        box = await poll.box.contents(poll.key)
    close = box.close()
    write_secret(out, box.to_bytes())
    if as_json:
        print_json({"ok": True, "file": str(out), "leaves": close.log_size, "root": close.log_root, "void": close.void})
        return Exit.OK
    done(f"票箱内容已写入 {out}：票册 {close.log_size} 条，根 {close.log_root}。")
    return Exit.OK
