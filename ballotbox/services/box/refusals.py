"""How the box's service refuses, beyond what `ballotbox.refusals` says of every box."""

from __future__ import annotations

from domain.acts import Refusal


def unknown(manifest: str) -> Refusal:
    return Refusal("unknown_poll", f"票箱没有清单哈希为 {manifest[:16]}… 的测评，请重新扫描会场的二维码。")


def bad_manifest(why: str) -> Refusal:
    return Refusal("bad_manifest", f"清单不能公布：{why}。请核对设置仪式的结果后重试。")


def bad_file(name: str, why: str) -> Refusal:
    return Refusal("bad_file", f"文件 {name} 不能公布：{why}。")


def other_file(name: str) -> Refusal:
    return Refusal("other_file", f"文件 {name} 已经公布，内容不同，不能改换；请核对后按已公布的为准。")


def bad_statements(why: str) -> Refusal:
    return Refusal("bad_statements", f"发票方的声明不成立，不能开始投票：{why}。请由发票方重新出具。")


def other_statements() -> Refusal:
    return Refusal("other_statements", "投票已按另外的声明开始，不能再改换。")


def wrong_phase(now: str, act: str) -> Refusal:
    return Refusal("wrong_phase", f"票箱现在处于“{now}”阶段，不能{act}。")


def emptied() -> Refusal:
    return Refusal("emptied", "密文已经销毁，票箱里没有可以开启的内容。")


def keys_missing() -> Refusal:
    return Refusal(
        "unavailable",
        "票箱这次测评的密钥文件不在原处，暂时不能办理；已经投过的不会丢。请工作人员核对票箱的密钥文件夹（磁盘是否挂好），重启票箱。",
    )


def log_behind(missing: int) -> Refusal:
    return Refusal(
        "log_behind",
        f"票箱的数据库是旧的：公告栏上已公布的票有 {missing} 张不在其中，票册不再增长，也不能封箱。"
        "请投过票的代表重新打开手机页面，页面会把封好的票再送一次；找不齐的，宣布作废。",
    )


def log_diverged() -> Refusal:
    return Refusal("log_diverged", "票箱的票册与公告栏上已公布的票册不同，不能继续；请保留现场，宣布作废后改用纸质票。")


def other_checkpoint() -> Refusal:
    return Refusal("other_checkpoint", "见证人签名的检查点不是本票册的任何一个检查点；请保留证据，立即报告监票人。")


def no_witness() -> Refusal:
    return Refusal("no_witness", "检查点上没有本次测评见证人的有效签名。")
