"""`jiandu rebuild`: the read models made anew from the events, compared with the live ones, then swapped."""

from __future__ import annotations

from commands.outcome import Failure
from commands.place import open_database
from commands.screen import done, print_json, progress, say, step
from projections import projections
from projections.compare import TableDifference
from projections.rebuild import RebuildFailed, Rebuilt
from projections.rebuild import rebuild as rebuild_tables
from projections.shadow import RebuildRunning


async def rebuild(*, as_json: bool) -> int:
    """Rebuild all read models. The live ones stay as they are when anything fails."""

    def tell(town: str, count: int, total: int) -> None:
        if not as_json:
            progress(count, total, f"条事件（{town}）")

    async with open_database() as database:
        if not as_json:
            step("从事件重建查询表（旧表照常可用，比对后切换）")
        try:
            rebuilt = await rebuild_tables(database.url, projections(), progress=tell)
        except RebuildFailed as failed:
            raise Failure(
                f"重建没有完成，旧表没有改动：{failed}", "把这一行连同 jiandu verify 的结果交给维护人员。"
            ) from failed
        except RebuildRunning as running:
            raise Failure("另一个 jiandu rebuild 正在进行。", "等它结束。", code="busy") from running
    if as_json:
        print_json(
            {
                "ok": True,
                "events": rebuilt.positions,
                "swapped": rebuilt.swapped,
                "differences": [difference.model_dump(mode="json") for difference in rebuilt.differences],
            }
        )
    else:
        _report(rebuilt)
    return 0


def _report(rebuilt: Rebuilt) -> None:
    for difference in rebuilt.differences:
        say(f"  旧表与事件不符，已改正：{_words(difference)}", style="yellow")
    same = "新旧完全一致" if not rebuilt.differences else f"{len(rebuilt.differences)} 张表有出入"
    done(f"重建完成并已切换，{sum(rebuilt.positions.values())} 条事件，{same}。")


def _words(difference: TableDifference) -> str:
    return f"{difference.table}（旧表独有 {difference.only_live} 行，新表独有 {difference.only_rebuilt} 行）"
