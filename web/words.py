"""The Chinese words of the pages for what the code names in English. The same terms stand in docs/glossary.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.acts import Actor, Role
from domain.cases.case import CaseKind

KINDS: Mapping[CaseKind, str] = {
    CaseKind.CYCLE: "年度周期",
    CaseKind.PROPOSAL: "事前议案",
    CaseKind.APPRAISAL: "述职评议",
    CaseKind.POLL: "民主测评",
    CaseKind.RECTIFICATION: "限期整改",
    CaseKind.ASSESSMENT: "年终考核",
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
    Role.SYSTEM: "系统",
}

STAGES: Mapping[str, str] = {
    "prior": "事前监督",
    "in_process": "事中监督",
    "post": "事后监督",
    "closed": "已结束",
    "voided": "已作废",
    "draft": "退回修改",
    "lead_review": "包村领导把关",
    "party_preliminary": "镇党委初步决议",
    "deputies": "镇人大代表讨论表决",
    "village_meeting": "村民代表会议",
    "final_approval": "镇党委政府审定",
    "in_progress": "实施中",
    "completed": "已办结",
    "approved": "已通过",
    "rejected": "未通过",
    "withdrawn": "已撤回",
    "scoring": "评分",
    "publicity": "排名公示",
    "objections": "异议处理",
    "tie": "末位并列待定",
    "final": "已定案",
    "annulled": "已废止",
    "awaiting_report": "待述职",
    "questions": "提问与答复",
    "filing": "待备案",
    "implementation": "意见整改落实",
    "ready": "可提交测评",
    "poll": "测评中",
    "follow_up": "承诺跟踪",
    "called": "已定日期",
    "open": "投票中",
    "counted": "已计票",
    "no_quorum": "人数不足，未开会",
    "void": "整次作废",
    "declared": "宣布作废",
    "more_returned_than_issued": "收回多于发出，整次作废",
    "to_serve": "待送达通知",
    "rectifying": "整改中",
    "reported": "已报整改报告",
    "accepted": "报告已认可",
    "awaiting_revote": "待重新测评",
    "revote": "重新测评中",
    "overdue": "逾期",
    "second_failure": "再次不合格",
    "pass": "合格",
    "fail": "不合格",
    "refused": "不得测评",
    "not_reported": "尚未述职",
    "open_questions": "还有提问未答复",
    "opinions_unimplemented": "整改意见未落实",
    "opinions_not_filed": "整改意见未备案",
    "no_valid_ballots": "无有效票",
    "excellent": "优秀",
    "competent": "称职",
    "basically_competent": "基本称职",
    "incompetent": "不称职",
}
"""Stages and outcomes; a word that two kinds of case share means the same in both."""

ACTS: Mapping[str, str] = {
    "open_cycle": "启动年度周期",
    "register_proposal": "登记议案",
    "start_appraisal": "启动述职评议",
    "call_poll": "召集测评",
    "start_assessment": "启动年终考核",
    "change_head": "变更负责人",
    "record_outcome": "记下案件结果",
    "close_cycle": "结束年度周期",
    "submit_proposal": "提交议案",
    "amend_proposal": "修改议案",
    "withdraw_proposal": "撤回议案",
    "decide_step": "作出决定",
    "report_progress": "通报实施进度",
    "complete_proposal": "实施完成",
    "open_appraisal": "评议立案",
    "submit_report": "述职述廉",
    "raise_question": "代表提问",
    "answer_question": "答复提问",
    "commit_to_question": "作出承诺",
    "mark_commitment": "核实承诺",
    "itemise_opinion": "梳理整改意见",
    "file_opinions": "整改意见备案",
    "report_implementation": "报告落实情况",
    "check_implementation": "核查落实",
    "waive_implementation": "同意先行测评",
    "put_to_poll": "提交测评",
    "withdraw_from_poll": "撤出测评",
    "take_poll_result": "接收测评结果",
    "replace_head": "更换负责人",
    "open_poll_case": "确定测评日期",
    "open_poll": "开始投票",
    "close_poll": "结束投票",
    "record_count": "登记计票",
    "void_poll": "宣布测评作废",
    "open_rectification": "整改立案",
    "serve_notice": "送达整改通知",
    "submit_plan": "报整改方案",
    "ask_extension": "申请延期",
    "submit_rectification_report": "报整改报告",
    "decide_on_report": "审查整改报告",
    "put_to_revote": "提交重新测评",
    "withdraw_from_revote": "撤出重新测评",
    "take_revote_result": "接收重新测评结果",
    "replace_head_in_rectification": "更换整改负责人",
    "open_assessment": "启动考核",
    "enter_scores": "录入评分",
    "enter_bonus": "加分",
    "enter_deduction": "扣分",
    "publish_ranking": "公示排名",
    "decide_last": "确定末位",
    "raise_objection": "提出异议",
    "decide_objection": "决定异议",
    "annul_year": "废止本年考核",
    "judge_veto": "判定一票否决",
    "rejudge": "重新判定",
    "void_case": "作废本案",
    "propose_correction": "提出更正",
    "confirm_correction": "确认更正",
    "decline_correction": "不同意更正",
    "appoint_delegate": "指定代理人",
    "enter_deputy": "登记代表",
    "retire_deputy": "停用代表",
    "enter_subject": "登记测评对象",
    "retire_subject": "停用测评对象",
    "appoint_head": "登记负责人",
    "declare_relative": "申报近亲属",
    "withdraw_relative": "撤销近亲属申报",
    "import_roster": "导入名册",
    "enter_history": "录入往年末位",
    "sign_history": "签署往年末位",
    "adopt_policy": "采用制度",
    "load_year_table": "载入年度放假表",
}

EVENTS: Mapping[str, str] = {
    "cycle.opened": "年度周期启动",
    "cycle.proposal_registered": "登记议案",
    "cycle.appraisal_started": "启动述职评议",
    "cycle.poll_called": "召集测评",
    "cycle.assessment_started": "启动年终考核",
    "cycle.head_changed": "负责人变更",
    "cycle.head_took_over": "新负责人到任",
    "cycle.outcome_recorded": "记下案件结果",
    "cycle.closed": "年度周期结束",
    "proposal.submitted": "村提交议案",
    "proposal.amended": "议案修改后重提",
    "proposal.withdrawn": "村撤回议案",
    "proposal.step_decided": "作出决定",
    "proposal.step_overdue": "办理逾期",
    "proposal.reminder_sent": "到期提醒",
    "proposal.progress_reported": "通报实施进度",
    "proposal.completed": "实施完成",
    "appraisal.opened": "评议立案",
    "appraisal.report_submitted": "述职述廉",
    "appraisal.question_raised": "代表提问",
    "appraisal.question_answered": "答复提问",
    "appraisal.commitment_made": "作出承诺",
    "appraisal.commitment_marked": "核实承诺",
    "appraisal.commitment_due": "承诺到期",
    "appraisal.opinion_itemised": "梳理整改意见",
    "appraisal.opinions_filed": "整改意见报镇纪委备案",
    "appraisal.filing_overdue": "备案逾期",
    "appraisal.implementation_reported": "报告落实情况",
    "appraisal.implementation_checked": "镇人大核查落实",
    "appraisal.implementation_waived": "主席团同意先行测评",
    "appraisal.put_to_poll": "提交测评",
    "appraisal.poll_refused": "不得提交测评",
    "appraisal.withdrawn_from_poll": "撤出测评",
    "appraisal.judged": "评定结果",
    "appraisal.criticised": "通报批评",
    "appraisal.head_replaced": "负责人变更",
    "poll.called": "确定测评日期",
    "poll.opened": "开始投票",
    "poll.lacked_quorum": "到会人数不足",
    "poll.closed": "投票结束",
    "poll.counted": "计票结果",
    "poll.voided": "整次测评作废",
    "rectification.opened": "整改立案",
    "rectification.notice_served": "整改通知送达",
    "rectification.plan_submitted": "报整改方案",
    "rectification.plan_overdue": "整改方案逾期",
    "rectification.extension_granted": "准予延期",
    "rectification.extension_refused": "不准延期",
    "rectification.report_submitted": "报整改报告",
    "rectification.report_decided": "审查整改报告",
    "rectification.put_to_revote": "提交重新测评",
    "rectification.revote_judged": "重新测评结果",
    "rectification.withdrawn_from_revote": "撤出重新测评",
    "rectification.head_replaced": "负责人变更",
    "rectification.overdue_lifted": "逾期更正撤销",
    "rectification.overdue": "整改逾期",
    "rectification.handling_proposed": "建议组织处理",
    "rectification.reminder_sent": "到期提醒",
    "rectification.closed": "整改办结",
    "assessment.opened": "年终考核启动",
    "assessment.scores_entered": "录入评分",
    "assessment.bonus_entered": "加分",
    "assessment.deduction_entered": "扣分",
    "assessment.ranking_published": "公示排名",
    "assessment.objection_raised": "提出异议",
    "assessment.objection_decided": "异议决定",
    "assessment.last_decided": "确定末位",
    "assessment.publicity_ended": "公示期满",
    "assessment.finalised": "排名定案",
    "assessment.judged": "判定一票否决",
    "assessment.rejudged": "重新判定一票否决",
    "assessment.reopened": "退回重评",
    "assessment.veto_proposed": "建议一票否决",
    "assessment.veto_withdrawn": "撤回否决建议",
    "assessment.unit_flagged": "单位列入提示",
    "assessment.unit_flag_withdrawn": "撤销单位提示",
    "assessment.annulled": "本年考核废止",
    "governance.voided": "本案作废",
    "governance.correction_proposed": "提出更正",
    "governance.corrected": "更正生效",
    "governance.correction_declined": "更正未获同意",
    "governance.delegate_appointed": "指定代理人",
    "case.effect_refused": "关联案件未受理",
    "history.entered": "录入往年末位",
    "history.signed": "往年末位第二人签署",
    "roster.deputy_entered": "登记代表",
    "roster.deputy_retired": "代表停用",
    "roster.subject_entered": "登记测评对象",
    "roster.subject_retired": "测评对象停用",
    "roster.head_appointed": "登记负责人",
    "roster.relative_declared": "申报近亲属",
    "roster.relative_withdrawn": "撤销近亲属申报",
    "policy.adopted": "采用制度",
    "calendar.year_loaded": "载入年度放假表",
}

FIELDS: Mapping[str, str] = {
    "last": "末位",
    "day": "日期",
    "in_session": "人代会期间",
    "effect": "效果",
    "command": "事项",
    "open": "未结",
    "still_open": "未结",
    "id": "编号",
    "name": "名称",
    "years": "年度",
    "explanation": "说明",
    "undecided": "待定",
    "not_assessed": "不参加考核",
    "publicity_until": "公示至",
    "proposal_version": "更正事件号",
    "policy": "制度",
    "person": "人员",
    "recused": "回避人数",
    "rankings": "排名",
    "results": "结果",
    "result": "结果",
    "failed": "不合格评定",
    "filing_due": "备案期限",
    "opened_on": "立案日期",
    "with_dimensions": "分项测评",
    "session": "人代会期间",
    "revote": "重新测评",
    "counts": "计票",
    "overall": "综合评价",
    "dimensions": "分项",
    "abstain": "弃权",
    "for_": "赞成",
    "for": "赞成",
    "against": "反对",
    "actor": "办理人",
    "attendance": "出席情况",
    "case_id": "案件编号",
    "case_kind": "案件类别",
    "changes": "更正内容",
    "code": "原因代码",
    "date": "日期",
    "days_before": "提前天数",
    "decision": "决定",
    "delegate": "代理人",
    "deputies": "代表人数",
    "deputy": "代表",
    "due": "期限",
    "entitled": "应到",
    "form": "形式",
    "from_": "起",
    "group": "分组",
    "issued": "发出",
    "items": "测评项目",
    "kept": "是否兑现",
    "kind": "类别",
    "limit": "办理期限",
    "mark": "分数",
    "marks": "评分",
    "measure": "措施",
    "message": "说明",
    "method": "方式",
    "mode": "投票方式",
    "months": "月数",
    "next_stage": "下一步",
    "number": "文号",
    "objection_id": "异议编号",
    "on": "日期",
    "opinion_id": "意见编号",
    "outcome": "结果",
    "owner": "责任人",
    "paper": "纸件",
    "percent": "进度",
    "plan_due": "方案期限",
    "points": "分值",
    "poll_id": "测评编号",
    "posted_until": "村务公开至",
    "present": "实到",
    "principal": "委托人",
    "proposal_id": "议案编号",
    "question_id": "提问编号",
    "reason": "理由",
    "reasons": "原因",
    "rejected": "退回",
    "reminders": "提醒（提前天数）",
    "responsible": "负责人",
    "returned": "收回",
    "satisfied": "是否满意",
    "since": "自",
    "stage": "阶段",
    "status": "状态",
    "step": "环节",
    "subject": "测评对象",
    "subjects": "测评对象",
    "table": "考核表",
    "text": "内容",
    "title": "标题",
    "to": "送",
    "until": "至",
    "upheld": "是否成立",
    "verdict": "评定",
    "version": "事件号",
    "village": "村",
    "votes": "票数",
    "year": "年度",
}

_LITERAL = frozenset(
    {"text", "title", "reason", "message", "measure", "subject", "village", "case_id", "name", "number"}
)
"""Fields that hold what somebody wrote, or an id: never taken for a term."""

KIND_WORDS: Mapping[str, str] = {kind.value: word for kind, word in KINDS.items()}

VALUES: Mapping[str, str] = {
    "approve": "同意",
    "return": "退回",
    "reject": "不同意",
    "accept": "认可",
    "for": "赞成",
    "for_": "赞成",
    "against": "反对",
    "abstain": "弃权",
    "spoken": "口头",
    "written": "书面",
    "paper": "纸票",
    "phones": "手机",
    "mixed": "纸票和手机",
    "station": "站所",
    "window": "窗口",
    "village_secretary": "村支书",
    "village_director": "村主任",
    "village": "村",
}


def stage_word(stage: str) -> str:
    """A stage or an outcome in Chinese; one that has no word is shown as it is."""
    return STAGES.get(stage, stage)


def event_word(type_name: str) -> str:
    """What happened, in Chinese."""
    return EVENTS.get(type_name, type_name)


def field_word(name: str) -> str:
    """The name of a field."""
    return FIELDS.get(name, name)


def value_word(value: Any, field: str = "") -> str:
    """A value as it is read: a term in Chinese, a list with its separators, a group as `name value` pairs."""
    match value:
        case None:
            return "无"
        case bool():
            return "是" if value else "否"
        case str():
            return value if field in _LITERAL else VALUES.get(value, STAGES.get(value, KIND_WORDS.get(value, value)))
        case dict():
            parts = (f"{field_word(key)} {value_word(inner, key)}" for key, inner in value.items() if _said(inner))
            return "，".join(parts)
        case list() | tuple():
            return "；".join(value_word(each, field) for each in value)
        case _:
            return str(value)


def actor_word(actor: Actor) -> str:
    """Who did it: the role, and the person by the id that the log holds."""
    word = ROLES[actor.role]
    if actor.role is Role.SYSTEM:
        return word
    behalf = f"（代 {actor.on_behalf_of}）" if actor.on_behalf_of is not None else ""
    return f"{word} {actor.id}{behalf}"


def pairs_of(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of an event that say something, in Chinese."""
    return [(field_word(name), value_word(value, name)) for name, value in body.items() if _said(value)]


def _said(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}
