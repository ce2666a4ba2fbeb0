"""How the box refuses: a code for programs, and for people what, where and how to mend it."""

from __future__ import annotations

from domain.acts import Refusal


def unknown_poll(poll_id: str) -> Refusal:
    return Refusal("unknown_poll", f"没有测评 {poll_id} 的票箱，请核对测评编号，或先开始测评。")


def other_setup(poll_id: str) -> Refusal:
    return Refusal("other_setup", f"测评 {poll_id} 的票箱已按另一份名单开启，不能再改；需要更改时请作废后另行测评。")


def unknown_subject(poll_id: str, subject: str) -> Refusal:
    return Refusal("unknown_subject", f"测评 {poll_id} 中没有测评对象 {subject}。")


def not_entitled(deputy: str) -> Refusal:
    return Refusal("not_entitled", f"代表 {deputy} 不在本次测评的名单中，不能领票。")


def collecting_over() -> Refusal:
    return Refusal("collecting_over", "领票已经结束，不能再领票。")


def still_collecting() -> Refusal:
    return Refusal("still_collecting", "领票还没有结束，暂不能投票，请等工作人员宣布开始投票。")


def closed(poll_id: str) -> Refusal:
    return Refusal("closed", f"测评 {poll_id} 的投票已经结束，票箱已封，不能再投票或录入。")


def discarded(poll_id: str) -> Refusal:
    return Refusal("discarded", f"测评 {poll_id} 已经作废，票箱不再开启；请按新的测评重新投票。")


def already_counted(poll_id: str) -> Refusal:
    return Refusal("already_counted", f"测评 {poll_id} 已经开箱计票，不能再作废票箱。")


def bad_token(subject: str) -> Refusal:
    return Refusal("bad_token", f"测评对象 {subject} 的票无效：不是本次测评发出的票，请核对后重投。")


def bad_ballot(why: str) -> Refusal:
    return Refusal("bad_ballot", f"{why}。请更正后重试。")


def wrong_mode(poll_id: str, path: str) -> Refusal:
    return Refusal("wrong_mode", f"测评 {poll_id} 没有采用{path}，请按本次测评的投票方式办理。")


def same_person(where: str) -> Refusal:
    return Refusal("same_person", f"{where}的两次录入必须由两个人分别完成，请换另一人录入。")


def unfinished(reasons: tuple[str, ...]) -> Refusal:
    return Refusal("unfinished", "还不能计票：" + "；".join(reasons) + "。")


def too_many_collected(subject: str, collected: int, present: int) -> Refusal:
    return Refusal(
        "too_many_collected",
        f"测评对象 {subject}：领票至少 {collected} 人，多于可发的 {present} 张，不能开始投票。"
        "请核对签到和领票名单；确有差错的，宣布作废后另行测评。",
    )


def below_minimum_path(path: str, ballots: int, minimum: int) -> Refusal:
    return Refusal(
        "minimum_path",
        f"{path}只有 {ballots} 人，少于 {minimum} 人，开箱会暴露投票人。"
        f"请志愿者改用{path}，凑足 {minimum} 人；凑不足的，宣布作废后全部用纸质票测评。",
    )


def set_up_does_not_fit(poll_id: str, differing: tuple[str, ...]) -> Refusal:
    return Refusal(
        "set_up_does_not_fit",
        f"测评 {poll_id} 事先设置的{'、'.join(differing)}与本次测评不符，不能使用；请重新设置，或作废后改用纸质票。",
    )


def no_offices(poll_id: str) -> Refusal:
    return Refusal(
        "no_offices",
        f"测评 {poll_id} 采用手机投票，而本系统没有配置两家发票方和票箱；请配置后重试，或改用纸质票。",
    )


def lists_differ(what: str) -> Refusal:
    return Refusal("lists_differ", f"两家领票名单不符：{what}。不能开始投票，请两家核对；查不清的，宣布作废。")


def paper_changed() -> Refusal:
    return Refusal(
        "paper_changed",
        "纸质票的录入与监票人开箱时签署的纸票计数不同：开箱以后有人改过录入，不能计票、公布。"
        "请对照纸票改回；确有录错的，重新导出票箱，两组各自重新开箱。",
    )


def no_difference(where: str) -> Refusal:
    return Refusal("no_difference", f"{where}没有两次不一致的录入，不需要裁定。")


def not_a_result(why: str) -> Refusal:
    return Refusal("not_a_result", f"这份开箱结果不能采用：{why}。请核对是否为本次测评、由三名监票人签名的文件。")


def unreachable(where: str) -> Refusal:
    return Refusal("unreachable", f"{where}请稍后重试。")


def own_entry(where: str) -> Refusal:
    return Refusal("same_person", f"{where}应由没有录入过这张票的监票人裁定，请换一人。")


def former_box(poll_id: str) -> Refusal:
    return Refusal("former_box", f"测评 {poll_id} 用旧版票箱进行，选票已不保存，不能重新计票。")


def cannot_be_dealt(poll_id: str, why: str) -> Refusal:
    return Refusal("cannot_be_dealt", f"测评 {poll_id} 不能用手机投票，请改用纸质票，或更正编号后另行测评：{why}")


def not_counted(poll_id: str) -> Refusal:
    return Refusal("not_counted", f"测评 {poll_id} 还没有计票，票不能销毁；作废的测评在宣布作废时即已销毁。")
