"""`jiandu ballot codes`: deputies' personal codes, printed to be cut apart, each told this once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ballotbox.offices import IssuerName
from commands.ballot.files import refuse_existing, write_secret
from commands.ballot.organising import organising
from commands.ballot.papers import codes_paper
from commands.outcome import Exit, Failure
from commands.screen import done, print_json, say
from runtime.ballot_parts import origin


async def codes(poll_id: str, issuer: IssuerName, deputies: Sequence[str], out: Path, *, as_json: bool) -> int:
    """Give new codes to those named, else to all who have none, and print them. Raises `Failure`, `Refusal`."""
    refuse_existing(out)
    async with organising(poll_id) as poll:
        manifest, names = await poll.poll(), await poll.names()
        office = poll.offices.a if issuer == "a" else poll.offices.b
        given = await office.codes(manifest.hash.hex(), list(deputies) or None)
        board = origin(poll.records.settings, "board")
    rows = sorted((names.get(deputy, deputy), code) for deputy, code in given.items())
    if not rows:
        raise Failure(
            "所有代表都已有码，没有新的可打印。", "遗失的用 --deputy 编号 重新发码，旧码随即失效。", code="none"
        )
    write_secret(out, codes_paper(issuer, manifest.manifest.event, board, rows))
    if as_json:
        print_json({"ok": True, "issuer": issuer, "codes": len(rows), "file": str(out)})
        return Exit.OK
    done(f"{len(rows)} 张签领码已写入 {out}。")
    say("当场打印、裁开，在签领处核对身份后当面交给本人；打印后删除该文件。")
    return Exit.OK
