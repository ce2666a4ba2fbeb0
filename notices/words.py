"""What a message says: the title and one line. Cases, dates and working days; never a person, a PIN or a vote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.acts import Role
from domain.calendar import WorkCalendar

_SAID: Mapping[str, str] = {
    "proposal.reminder_sent": "议案环节期限将至",
    "proposal.step_overdue": "议案环节逾期",
    "proposal.submitted": "收到新议案，请审核",
    "proposal.step_decided": "议案转到您这一环节",
    "appraisal.opened": "述职评议开始，请提交述职报告",
    "appraisal.question_raised": "有新的提问，请答复",
    "appraisal.commitment_due": "整改承诺到期",
    "appraisal.filing_overdue": "意见备案逾期",
    "appraisal.opinions_filed": "意见已报备案",
    "poll.called": "已召集民主测评",
    "poll.objection_raised": "对测评有异议，请处理",
    "rectification.opened": "限期整改立案，请送达整改通知",
    "rectification.notice_served": "整改通知已送达，整改期限起算",
    "rectification.reminder_sent": "整改期限将至",
    "rectification.plan_submitted": "收到整改方案",
    "rectification.plan_overdue": "整改方案逾期未报",
    "rectification.report_submitted": "收到整改报告，请审议",
    "rectification.report_decided": "整改报告已审议",
    "rectification.extension_granted": "同意延期，整改期限已改",
    "rectification.extension_refused": "延期申请未获同意",
    "rectification.overdue": "整改逾期",
    "rectification.handling_proposed": "建议组织处理",
    "assessment.ranking_published": "考核排名已公示",
    "assessment.objection_raised": "对排名有异议，请处理",
    "assessment.veto_proposed": "触发一票否决，请研究",
    "assessment.publicity_ended": "公示期满",
    "deadline.near": "期限将至",
    "deadline.passed": "已过期限",
    "bulk": "催办",
}

ROLES: Mapping[Role, str] = {
    Role.STAFF: "镇人大工作人员",
    Role.PRESIDIUM: "主席团",
    Role.DEPUTY: "镇人大代表",
    Role.DISCIPLINE_OFFICE: "镇纪委",
    Role.PARTY_COMMITTEE: "镇党委",
    Role.TOWN_LEADER: "包村领导",
    Role.VILLAGE: "村",
    Role.HEAD: "测评对象",
    Role.SCRUTINEER: "监票人",
}


def said(kind: str) -> str:
    """What happened, in a few words; a kind without words is a notice all the same."""
    return _SAID.get(kind, "有新的进展")


def until(calendar: WorkCalendar, today: date, due: date | None) -> str:
    """A due date with the working days up to it; empty where nothing is due."""
    if due is None:
        return ""
    if due < today:
        return f"期限 {due.isoformat()}，已过 {calendar.working_days_between(due, today)} 个工作日"
    days = calendar.working_days_between(today, due)
    left = "今天到期" if due == today else f"还有 {days} 个工作日"
    return f"期限 {due.isoformat()}，{left}"


def to_whom(roles: frozenset[Role]) -> str:
    """The addressees, in the order of the roles."""
    return "、".join(ROLES[role] for role in Role if role in roles and role in ROLES)
