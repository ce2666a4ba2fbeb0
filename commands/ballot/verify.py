"""`jiandu ballot verify`: a published folder, or what a board publishes, by all rules of the verifier."""

from __future__ import annotations

import ssl
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ballotbox.secret.findings import Rule
from ballotbox.secret.publication import PUBLISHED_FILES
from ballotbox.secret.statements import Unopened
from ballotbox.secret.verify import Verified, verify
from ballotbox.witness.sources import SourceUnreachable, UrlSource
from commands.ballot.tls import tls_context
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, progress, say, step, warn

_GROUPS = (
    ("清单、代表名单、投票页面、测评办法", (Rule.MANIFEST, Rule.ROSTER, Rule.PAGE, Rule.POLICY)),
    ("票册：签名、见证、逐条相符", (Rule.CHECKPOINT, Rule.WITNESSES, Rule.ROOT, Rule.LEAF)),
    ("领票名单与盖章密钥的销毁", (Rule.COLLECTORS, Rule.KEYS_DESTROYED)),
    ("信封：两家的章、签名、无重复", (Rule.ENVELOPE_STAMP, Rule.ENVELOPE_SIGNATURE, Rule.TOKEN_TWICE)),
    ("应到、实到、发出、收回", (Rule.TURNOUT, Rule.VOID)),
    ("纸票", (Rule.PAPER,)),
    ("两组开箱", (Rule.OPENINGS, Rule.SLICE_ORDER, Rule.SLICE_ROOT)),
    (
        "答案：等次、签名、两家的章、无重复",
        (Rule.SLICE_GRADE, Rule.SLICE_SIGNATURE, Rule.SLICE_STAMP, Rule.SLICE_TWICE),
    ),
    ("票数：逐栏、逐项、表格、标注", (Rule.COLUMN_LENGTH, Rule.TALLY, Rule.TABLE, Rule.MARKS)),
    ("文件齐全、格式规范", (Rule.FILE,)),
)
_OF_THE_COUNT = 5
"""Index in `_GROUPS` of the first group that a void poll has nothing of."""
_VOID = {
    Unopened.MORE_RETURNED_THAN_ISSUED: "收回的票多于发出的票",
    Unopened.MINIMUM_PATH: "某一投票方式的票数少于下限，开箱会暴露投票人",
    Unopened.DECLARED: "监票人宣布作废",
}
_MARK = {"unreturned": "未收回的票", "set_aside": "无效信封"}
_SHOWN = 200
"""Findings that are printed; the rest are counted."""


def verify_ballot(place: str, manifest: str | None, authority: Path | None, *, as_json: bool) -> int:
    """Verify a folder or an address. `manifest`: the hash on the hall's screen, or at least its first 16 digits."""
    if manifest is not None and (len(manifest) < 16 or set(manifest.lower()) - set("0123456789abcdef")):
        raise invalid_input("清单编号应为会场大屏幕上的 64 位十六进制数字（至少前 16 位）。")
    if place.startswith(("http://", "https://")):
        with tempfile.TemporaryDirectory(prefix="jiandu-ballot-") as made:
            folder = Path(made)
            _download(place, folder, tls_context(authority), quiet=as_json)
            result = verify(folder, None if as_json else progress)
    else:
        folder = Path(place)
        if not folder.is_dir():
            raise invalid_input(f"没有文件夹 {place}。", "给出公布的文件夹，或公告板上的地址 …/polls/<清单编号>/。")
        result = verify(folder, None if as_json else progress)
    same = manifest is None or (result.facts.manifest or "").startswith(manifest.lower())
    if as_json:
        print_json(_document(result, same=same))
    else:
        _report(result, manifest, same=same)
    return Exit.OK if same and not result.findings else Exit.FAILED


def _download(address: str, folder: Path, tls: ssl.SSLContext | None, *, quiet: bool) -> None:
    source = UrlSource(address, tls)
    if not quiet:
        step(f"下载 {address}")
    found = 0
    try:
        for number, name in enumerate(PUBLISHED_FILES, 1):
            if (data := source.read(name)) is not None:
                (folder / name).write_bytes(data)
                found += 1
            if not quiet:
                progress(number, len(PUBLISHED_FILES), f"个文件（{name}）")
    except SourceUnreachable as error:
        raise Failure(f"下载没有完成：{error}", "核对地址和网络后重试。", code="unreachable") from error
    if not found:
        raise invalid_input(f"{address} 上没有公布的文件。", "地址应为 …/polls/<清单编号>/，并已公布。")


def _document(result: Verified, *, same: bool) -> dict[str, Any]:
    facts = result.facts
    return {
        "ok": same and not result.findings,
        "manifest": facts.manifest,
        "manifest_as_expected": same,
        "event": facts.event,
        "mode": facts.mode,
        "void": facts.void,
        "leaves": facts.leaves,
        "witnesses": facts.witnesses,
        "envelopes": facts.envelopes,
        "sheets": facts.sheets,
        "slices": facts.slices,
        "set_aside": facts.set_aside,
        "unopened": facts.unopened,
        "marked": facts.marked,
        "by_rule": Counter(finding.rule.value for finding in result.findings),
        "findings": [{"rule": f.rule.value, "place": f.place, "message": f.message} for f in result.findings],
    }


def _report(result: Verified, manifest: str | None, *, same: bool) -> None:
    for finding in result.findings[:_SHOWN]:
        warn(str(finding))
    if len(result.findings) > _SHOWN:
        warn(f"……另有 {len(result.findings) - _SHOWN} 处不符，用 --json 可全部列出。")
    if result.facts.manifest is None:
        warn("清单读不出来，其余无从核对。")
        return
    _summary(result)
    if not same:
        warn(f"清单编号与会场的（{manifest}）不同：这是另一次测评的文件。")
    if result.findings:
        warn(f"核对未通过：{len(result.findings)} 处不符。请在异议期内交监票人。")
    elif same:
        done("全部规则核对通过。" + ("" if manifest else "请再核对上面的清单编号与会场二维码中的是否相同。"))


def _summary(result: Verified) -> None:
    facts, broken = result.facts, Counter(finding.rule for finding in result.findings)
    say(f"测评：{facts.event}")
    say(f"清单编号 {facts.manifest}")
    say(f"票册 {facts.leaves} 条，信封 {facts.envelopes} 个，见证人签名 {facts.witnesses} 名。")
    if facts.void is None:
        paper = f"，纸票 {facts.sheets} 张（各测评对象之和）" if facts.mode == "mixed" else ""
        say(f"答案 {facts.slices} 份，无效信封 {facts.set_aside} 个{paper}。")
    else:
        say(f"本次测评作废，票箱没有开启：{_VOID[facts.void]}。")
    for place, (name, rules) in enumerate(_GROUPS):
        faults = sum(broken[rule] for rule in rules)
        if faults:
            warn(f"{name}：{faults} 处不符")
        elif rules == (Rule.PAPER,) and facts.mode != "mixed":
            continue
        elif facts.void is None or not _OF_THE_COUNT <= place < len(_GROUPS) - 1:
            done(name)
    for subject in facts.unopened:
        say(f"▲ {subject}：票数过少，没有开箱。")
    for subject, marks in facts.marked.items():
        say(f"▲ {subject}：{'、'.join(_MARK[mark] for mark in marks)}足以改变结论。")
