"""`jiandu verify`: the whole log recomputed; the first event that does not fit is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from commands.keys import note_keys
from commands.outcome import Exit
from commands.place import Database, open_database
from commands.screen import done, print_json, progress, say, warn
from eventstore.findings import Verification
from eventstore.verify import verify as verify_log


async def verify(*, kept: Sequence[Path] = (), as_json: bool) -> int:
    """Verify all towns of the database, and the notes kept elsewhere; fails when anything does not fit."""
    notes = [path.read_text(encoding="utf-8") for path in kept]
    async with open_database() as database:
        results = await verify_database(database, notes, quiet=as_json)
    ok = all(result.ok for result in results)
    if as_json:
        print_json({"ok": ok, "towns": [{**result.model_dump(mode="json"), "ok": result.ok} for result in results]})
    else:
        report(results)
    return Exit.OK if ok else Exit.FAILED


async def verify_database(
    database: Database, notes: Sequence[str] = (), *, url: str | None = None, quiet: bool
) -> list[Verification]:
    """The results for all towns of the database, or of another one of its server."""

    def tell(town: str, count: int, total: int) -> None:
        if not quiet:
            progress(count, total, f"条事件（{town}）")

    return await verify_log(url or database.url, keys=note_keys(database.settings), kept=notes, progress=tell)


def report(results: Sequence[Verification]) -> None:
    """Say what was found, town by town."""
    if not results:
        say("事件日志是空的，没有可核对的内容。")
    for result in results:
        if result.fault is not None:
            warn(f"第一处不符：{result.fault}")
            say(
                "  怎么办：保留现场，停止写入，与备份和另存的检查点比对（docs/operations.md）。",
                error=True,
            )
            continue
        signed = "签名已验" if result.signatures_checked else "本机没有公钥，签名未验"
        done(f"{result.town}：{result.events} 条事件全部相符，检查点 {result.checkpoints} 个（{signed}）。")
        say(f"  摘要 {result.digest}")
