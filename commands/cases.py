"""`jiandu cases`: the cases of the town, from the read model."""

from __future__ import annotations

from datetime import UTC, date, datetime

from commands.desk import open_records
from commands.screen import print_json, say, table
from domain.cases.case import TOWN_ZONE
from web.lights import light_of
from web.reading import CaseRow, read_cases
from web.words import KINDS, stage_word


async def cases(*, year: int | None, open_only: bool, as_json: bool) -> int:
    """List the cases, those due first at the top."""
    today = datetime.now(UTC).astimezone(TOWN_ZONE).date()
    async with open_records() as records:
        rows = await read_cases(records.store.engine, records.town, year=year, open_only=open_only)
    if as_json:
        print_json(
            {"ok": True, "cases": [{**row.model_dump(mode="json"), "light": _light(row, today)} for row in rows]}
        )
        return 0
    if not rows:
        say("没有案件。用 jiandu cycle start 年度 启动年度周期。")
        return 0
    table(
        ("案件", "类别", "标题", "阶段", "期限", "灯"),
        [
            (
                f"{row.kind.value} {row.case_id}",
                KINDS[row.kind],
                row.title,
                stage_word(row.stage if row.open else row.outcome or row.stage),
                row.due.isoformat() if row.due is not None else "",
                light_of(row.due, today, open_=row.open).word,
            )
            for row in rows
        ],
    )
    return 0


def _light(row: CaseRow, today: date) -> str:
    return light_of(row.due, today, open_=row.open).colour
