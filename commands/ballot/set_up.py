"""`jiandu ballot set-up`: a poll's keys and manifest, on the day before: dealt here, or on a machine of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ballotbox.facts import differing
from ballotbox.polls import PollSetup
from ballotbox.secret.manifest import Poll
from commands.ballot.deal import ONE_MACHINE
from commands.ballot.files import refuse_existing, write_secret
from commands.ballot.kept_slips import print_kept
from commands.ballot.organising import Organising, organising
from commands.ballot.rehearse_opening import read_manifest
from commands.outcome import Exit, Failure
from commands.screen import done, print_json, say
from transparency.signed_note import NoteKey


async def set_up(
    poll_id: str,
    *,
    request: Path | None,
    manifest: Path | None,
    witness_keys: Sequence[Path],
    slips: Path | None,
    as_json: bool,
) -> int:
    """Deal here; or write the `request` for an offline dealing; or take the `manifest` that came of it.

    Raises `Failure`, `Refusal`.
    """
    async with organising(poll_id) as poll:
        setup = await poll.setup()
        keys = [_key_of(path) for path in witness_keys] or None
        if request is not None:
            write_secret(request, (await poll.offices.request_for(setup, keys)).to_bytes())
            return _told(
                as_json, {"request": str(request)}, f"分发申请已写入 {request}；拷到离线机器上运行 jiandu ballot deal。"
            )
        if manifest is not None:
            dealt = read_manifest(manifest)
            await _begin(poll, setup, dealt)
            return _told(as_json, {"manifest": dealt.hash.hex()}, f"已按清单 {dealt.hash.hex()} 开始签领。")
        target = slips or Path(f"slips-{poll_id}.pdf")
        refuse_existing(target)
        if await poll.box.adopted(poll.key) is not None:
            raise Failure(f"测评 {poll_id} 已经设置过。", "要重新分发，请先宣布作废，另行召集。", code="set_up_before")
        dealt = await poll.offices.deal_here(setup, keys)
        await _begin(poll, setup, dealt)
        printed = print_kept(poll.records.settings, poll.key, target)
    told = {"manifest": dealt.hash.hex(), "files": [str(path) for path in printed]}
    code = _told(as_json, told, f"测评 {poll_id} 已设置，试开两次成功。清单哈希 {dealt.hash.hex()}")
    if not as_json:
        say(f"打印 {target}（每名监票人一页），当场折封签名，然后删除该文件。")
        say(ONE_MACHINE)
    return code


async def _begin(poll: Organising, setup: PollSetup, dealt: Poll) -> None:
    """Collecting begins under this manifest; from now on personal codes can be printed."""
    if faults := differing(setup, dealt.manifest, poll.offices.page()):
        raise Failure(f"清单与本次测评不符：{'、'.join(faults)}。", "请重新导出申请，重新分发。", code="does_not_fit")
    await poll.box.adopt(poll.key, dealt.data)
    await poll.offices.begin(setup, dealt, await poll.names())


def _key_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8").strip()
    try:
        return str(NoteKey.parse(text))
    except ValueError:
        raise Failure(f"{path} 不是见证人的公钥文件。", "用 jiandu ballot witness 生成。", code="invalid") from None


def _told(as_json: bool, told: Mapping[str, object], words: str) -> int:
    if as_json:
        print_json({"ok": True, **told})
    else:
        done(words)
    return Exit.OK
