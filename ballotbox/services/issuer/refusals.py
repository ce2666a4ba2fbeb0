"""How an issuer's service refuses, beyond what `ballotbox.refusals` and `secret.collecting` say."""

from __future__ import annotations

from collections.abc import Iterable

from domain.acts import Refusal


def bad_code(*, mistyped: bool) -> Refusal:
    if mistyped:
        return Refusal("bad_code", "领票码输错了：应为 12 个字母数字，请对照领票条重新输入或扫码。")
    return Refusal("bad_code", "没有这个领票码，或已换发新码。请核对是否为本次测评、本方的领票条，有疑问请到签领处。")


def unknown(manifest: str) -> Refusal:
    return Refusal("unknown_poll", f"没有清单哈希为 {manifest[:16]}… 的测评，请重新扫描会场的二维码。")


def restored() -> Refusal:
    return Refusal(
        "collecting_over",
        "发票方的数据库是从旧备份恢复的，已有人领票而库中没有记录，为防重复领票，手机领票到此结束。"
        "请到签领处领纸质票。",
    )


def bad_manifest(why: str) -> Refusal:
    return Refusal("bad_manifest", f"不能按这份清单开始领票：{why}。请核对设置仪式的结果后重试。")


def already_collected(deputies: Iterable[str]) -> Refusal:
    return Refusal("already_collected", f"代表 {'、'.join(deputies)} 已经领过票，不再换发领票码。")


def wrong_request() -> Refusal:
    return Refusal("wrong_request", "领票请求读不出，请重新扫码打开页面后再试。")
