"""How the box refuses: a code for programs, and for people what, where and how to mend it."""

from __future__ import annotations

from domain.acts import Refusal


class Conflict(Refusal):
    """A token was used before with other marks. The first ballot stands; `receipt` is its receipt."""

    def __init__(self, subject: str, receipt: str) -> None:
        super().__init__(
            "other_ballot_cast",
            f"测评对象 {subject} 的这张票已经投过，内容不同。第一次投的票有效，回执 {receipt}，不能再改。",
        )
        self.subject = subject
        self.receipt = receipt


def unknown_poll(poll_id: str) -> Refusal:
    return Refusal("unknown_poll", f"没有测评 {poll_id} 的票箱，请核对测评编号，或先开始测评。")


def other_setup(poll_id: str) -> Refusal:
    return Refusal("other_setup", f"测评 {poll_id} 的票箱已按另一份名单开启，不能再改；需要更改时请作废后另行测评。")


def unknown_subject(poll_id: str, subject: str) -> Refusal:
    return Refusal("unknown_subject", f"测评 {poll_id} 中没有测评对象 {subject}。")


def not_entitled(deputy: str) -> Refusal:
    return Refusal("not_entitled", f"代表 {deputy} 不在本次测评的名单中，不能领票。")


def recused(deputy: str, subject: str) -> Refusal:
    return Refusal("recused", f"代表 {deputy} 应当回避测评对象 {subject}，不发此票。")


def already_issued(deputy: str, subject: str) -> Refusal:
    return Refusal(
        "already_issued",
        f"代表 {deputy} 已经领过测评对象 {subject} 的票，每人只发一次。票遗失的不能补发，请在现场向工作人员说明。",
    )


def none_left(subject: str, ballots: int) -> Refusal:
    return Refusal("none_left", f"测评对象 {subject} 的票 {ballots} 张已经发完，请核对实到人数。")


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
