"""群通知: short plain texts for the deputies' group chat. They hold no personal link and nobody's vote."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from documents.papers.case_file import CaseFile
from documents.papers.facts import day
from documents.papers.of_cases.poll import RESULTS, PollFacts, build
from domain.cases.case import CaseKind
from domain.cases.poll.state import Stage
from domain.policy.document import BallotMode

_HOW = {
    BallotMode.PAPER: "现场填写纸质测评票，请带笔。",
    BallotMode.PHONES: "现场用手机扫码投票，请把手机充好电；不会用的请找工作人员。",
    BallotMode.MIXED: "可以用手机扫码，也可以领纸质测评票。",
}


class Message(NamedTuple):
    """A text to paste."""

    title: str
    text: str


def messages_of(case: CaseFile, due: date | None) -> list[Message]:
    """What may be told to the deputies of a case now."""
    match case.kind:
        case CaseKind.POLL:
            return _of_poll(case)
        case CaseKind.PROPOSAL if case.state.stage.value == "deputies":
            by = f"请于{day(due)}前" if due is not None else "请"
            text = (
                f"【议案讨论】各位代表：《{case.title}》已提交镇人大，{by}阅读、讨论，并按会议通知参加表决。"
                "需要了解情况的，请与镇人大办公室联系。"
            )
            return [Message("议案交付讨论", text)]
        case CaseKind.APPRAISAL if case.state.reported_on is not None and not case.state.decided:
            post = case.state.holders.post.name
            text = (
                f"【述职报告】各位代表：{post}已于{day(case.state.reported_on)}述职述廉，报告可在代表页面阅读。"
                "请结合走访了解的情况，提出意见和提问。"
            )
            return [Message("述职报告可阅读", text)]
        case _:
            return []


def _of_poll(case: CaseFile) -> list[Message]:
    state = case.state
    facts: PollFacts = build(RESULTS, case)
    names = "、".join(each.post for each in facts.subjects)
    if state.stage is Stage.CALLED:
        text = (
            f"【{facts.kind}通知】各位代表：定于{facts.held_on}举行{facts.kind}，"
            f"测评对象 {len(facts.subjects)} 个：{names}。{_HOW[state.mode]}"
            "测评秘密进行。请准时参加，不能到会的提前请假。"
        )
        return [Message("召集测评", text)]
    if state.stage is Stage.COUNTED:
        lines = [f"{each.post}：{each.rate_line or '无称职率'}，{each.verdict}" for each in facts.subjects]
        text = "\n".join(
            [
                f"【{facts.kind}结果】各位代表：{facts.held_on}的{facts.kind}结果如下（合格线 {facts.pass_line}）：",
                *lines,
            ]
        )
        return [Message("公布测评结果", text)]
    return []
