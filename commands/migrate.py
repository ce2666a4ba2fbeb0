"""`jiandu migrate`: the database at this version's schema."""

from __future__ import annotations

import asyncio

from commands.place import open_database
from commands.screen import done, print_json, step
from migrations.command import current_revision, head_revision
from migrations.command import migrate as upgrade


async def migrate(*, as_json: bool) -> int:
    """Migrate and say from which revision to which."""
    async with open_database() as database:
        before = await asyncio.to_thread(current_revision, database.url)
        head = head_revision()
        if not as_json and before != head:
            step(f"数据库结构：{before or '空库'} → {head}")
        await asyncio.to_thread(upgrade, database.url)
    if as_json:
        print_json({"ok": True, "from": before, "to": head, "changed": before != head})
    else:
        done(f"数据库结构已是 {head}" + ("（无需升级）。" if before == head else "。"))
    return 0
