"""`jiandu ballot witness`, `witness-key`, `compare-witnesses`: the witness's program, on the witness's own machine."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from ballotbox.witness.alarms import ADVICE
from ballotbox.witness.comparing import Difference
from ballotbox.witness.sources import SourceUnreachable, post_note, source_of
from ballotbox.witness.state import StateBroken, WitnessState
from ballotbox.witness.watching import Round, Witness, WitnessRefused, compare_states, poll_of
from commands.ballot.tls import tls_context
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say, warn
from transparency.signed_note import NoteSigner

ALARM = 3
"""Exit code: the log is not the one that was kept, or not the one that another witness was shown."""
_HASH = re.compile(r"[0-9a-f]{64}")


def witness_key(name: str, key: Path, *, as_json: bool) -> int:
    """Make a witness's key in a file that only its owner can read, and print the public half."""
    try:
        signer = NoteSigner.generate(name)
    except ValueError as error:
        raise invalid_input(f"见证人的名字 {name} 不能含空格或加号。") from error
    try:
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise invalid_input(f"文件 {key} 已经有了，不会覆盖。", "换一个文件名，或先把旧密钥收好。") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(signer.secret() + "\n")
        file.flush()
        os.fsync(file.fileno())
    if as_json:
        print_json({"ok": True, "key": str(signer.key)})
    else:
        say(str(signer.key))
        done(f"私钥在 {key}，只有您能读，请勿交给任何人。上面一行公钥交给组织者，写入测评清单。")
    return Exit.OK


def witness(
    board: str,
    manifest: str,
    key: Path,
    state: Path,
    peers: Sequence[str],
    *,
    every: float | None,
    authority: Path | None,
    as_json: bool,
) -> int:
    """Look once, or again and again until an alarm; 3 on an alarm."""
    manifest = _manifest(manifest)
    signer = _signer(key)
    tls = tls_context(authority)
    kept = WitnessState(state, manifest)
    source = source_of(f"{board.rstrip('/')}/polls/{manifest}", tls)
    try:
        poll = poll_of(source, manifest, kept)
        box = poll.manifest.services.box
        watching = Witness(
            source,
            poll,
            signer,
            kept,
            lambda note: post_note(box, manifest, note, tls),
            [source_of(peer, tls) for peer in peers],
        )
    except SourceUnreachable as error:
        raise Failure(str(error), "核对公告板的地址和网络。", code="unreachable") from error
    except WitnessRefused as refused:
        raise Failure(str(refused), code="refused", exit_code=Exit.INVALID) from refused
    while True:
        code = _round(watching, as_json=as_json)
        if every is None or code == ALARM:
            return code
        time.sleep(every)


def _round(watching: Witness, *, as_json: bool) -> int:
    try:
        result = watching.round()
    except SourceUnreachable as error:
        result = Round(None, 0, handed_in=False, troubles=(str(error),))
    except StateBroken as error:
        raise Failure(str(error), "把文件夹复制保存，告诉监票人；不要删除。", code="state_broken") from error
    code = ALARM if result.alarm is not None else Exit.FAILED if result.troubles else Exit.OK
    if as_json:
        _print(result, code)
    else:
        _say(result)
    return code


def _print(result: Round, code: int) -> None:
    alarm = None
    if result.alarm is not None:
        alarm = {**_difference(result.alarm.difference), "evidence": str(result.alarm.evidence)}
    print_json(
        {
            "ok": code == Exit.OK,
            "size": result.size,
            "grown": result.grown,
            "handed_in": result.handed_in,
            "troubles": result.troubles,
            "alarm": alarm,
        }
    )


def _say(result: Round) -> None:
    if result.alarm is not None:
        _alarm(result.alarm.difference, f"取证文件夹：{result.alarm.evidence}")
        return
    for trouble in result.troubles:
        warn(trouble)
    if result.size is None:
        if not result.troubles:
            say("票册还没有开始。")
    else:
        signed = "已签名并送到票箱" if result.handed_in else "已保存，签名尚未送到票箱"
        done(f"票册 {result.size} 条（新增 {result.grown} 条），与先前保存的一致，{signed}。")


def compare_witnesses(manifest: str, one: Path, other: Path, *, as_json: bool) -> int:
    """Compare what two witnesses have kept; 3 when they were shown different logs."""
    try:
        difference, first, second = compare_states(one, other, _manifest(manifest))
    except WitnessRefused as refused:
        raise Failure(str(refused), code="refused", exit_code=Exit.INVALID) from refused
    except StateBroken as error:
        raise Failure(str(error), "把文件夹复制保存，告诉监票人；不要删除。", code="state_broken") from error
    if difference is None:
        if as_json:
            print_json({"ok": True, "sizes": [first.size, second.size], "alarm": None})
        else:
            done(f"两名见证人保存的是同一份票册（{first.size} 条和 {second.size} 条）。")
        return Exit.OK
    # Evidence in the first one's folder: both checkpoints, each signed by the log, with their lists.
    evidence = WitnessState(one, _manifest(manifest)).keep_evidence(difference, first, second.raw, str(other))
    if as_json:
        print_json({"ok": False, "alarm": {**_difference(difference), "evidence": str(evidence)}})
    else:
        _alarm(difference, f"取证文件夹（两份都由票册签名的检查点）：{evidence}")
    return ALARM


def _alarm(difference: Difference, evidence: str) -> None:
    warn(f"警报！{difference.message}（{difference.kind.value}）。没有签名。")
    say(f"  {evidence}", error=True)
    for number, line in enumerate(ADVICE, 1):
        say(f"  {number}. {line}", error=True)


def _difference(difference: Difference) -> dict[str, object]:
    return {"kind": difference.kind.value, "leaf": difference.leaf, "message": difference.message}


def _manifest(text: str) -> str:
    text = text.strip().lower()
    if not _HASH.fullmatch(text):
        raise invalid_input("清单编号应为会场二维码中的 64 位十六进制数字。")
    return text


def _signer(key: Path) -> NoteSigner:
    try:
        return NoteSigner.parse(key.read_text("utf-8"))
    except ValueError as error:
        raise invalid_input(f"{key} 不是见证人的私钥文件。", "用 jiandu ballot witness-key 生成。") from error
