"""`jiandu checkpoint`: the log so far, sealed and signed now."""

from __future__ import annotations

from commands.desk import open_records
from commands.outcome import Failure
from commands.screen import done, print_json, say
from eventstore.checkpoints import checkpoints, seal
from worker import checkpoint_signer


async def checkpoint(*, as_json: bool) -> int:
    """Seal a checkpoint; where nothing was added since the last one, that one is printed again."""
    async with open_records() as records:
        signer = checkpoint_signer(records.settings)
        sealed = await seal(records.store.engine, records.town, signer)
        fresh = sealed is not None
        if sealed is None:
            known = await checkpoints(records.store.engine, records.town)
            if not known:
                raise Failure("事件日志是空的，没有可封存的内容。", "有了第一个案件后再封存。", code="empty")
            sealed = known[-1]
    if as_json:
        print_json(
            {
                "ok": True,
                "new": fresh,
                "town": sealed.town,
                "position": sealed.position,
                "root": sealed.root.hex(),
                "sealed_at": sealed.sealed_at.isoformat(),
                "note": sealed.note,
                "key": str(signer.key),
            }
        )
        return 0
    done(f"{'已封存' if fresh else '上次封存后没有新事件，上次的检查点'}：前 {sealed.position} 条事件。")
    say()
    say(sealed.note)
    say(f"公钥 {signer.key}")
    say("请把以上文本连同公钥交镇纪委和档案室保存；日后用 jiandu verify --kept 文件 核对。")
    return 0
