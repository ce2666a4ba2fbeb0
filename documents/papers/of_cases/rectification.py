"""The papers of a rectification 限期整改: notice with receipt, extension, report, acceptance, proposal for handling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Ending, Form, Layout, NewPage, Signatures, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.of_cases.figures import pass_line, rate_line, turnout
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import ReportDecision
from domain.cases.rectification.events import (
    ExtensionGranted,
    ExtensionRefused,
    HandlingProposed,
    HandlingReason,
    PlanSubmitted,
    ReportDecided,
    ReportSubmitted,
    RevoteJudged,
)
from domain.cases.rectification.state import RectificationState, Report

_REASONS = {
    HandlingReason.OVERDUE: "逾期未完成整改、未提交整改报告",
    HandlingReason.SECOND_FAILURE: "整改后再次测评仍不合格",
}


@dataclass(frozen=True)
class ExtensionFacts:
    """An extension that was asked for."""

    asked_on: str = tag("申请日期")
    months: str = tag("申请延长的月数")
    decision: str = tag("决定：同意或不同意，及理由")
    due: str = tag("延期后的期限")


@dataclass(frozen=True)
class RectificationFacts(Facts):
    """A rectification as its papers tell it."""

    post: str = tag("整改单位或岗位")
    responsible: str = tag("负责人")
    opened_on: str = tag("立案日期，即不合格测评的日期")
    rate: str = tag("不合格测评的称职率")
    rate_line: str = tag("称职率及其分子、分母、口径")
    pass_line: str = tag("合格线")
    turnout: str = tag("应到、实到、发出、收回等票数")
    plan_days: str = tag("报送整改方案的天数")
    months: str = tag("整改期限的月数")
    extension_months: str = tag("每次延期最长的月数")
    revote: str = tag("制度规定整改后再次测评时为“是”，否则为空")
    notice_number: str = tag("限期整改通知书的文号")
    served_on: str = tag("通知送达日期")
    plan_due: str = tag("整改方案期限")
    plan_on: str = tag("整改方案报送日期")
    plan_text: str = tag("整改方案")
    first_due: str = tag("原定整改期限")
    due: str = tag("现行整改期限")
    reported_on: str = tag("整改报告日期")
    report_text: str = tag("整改报告")
    decision: str = tag("对整改报告的审查结论")
    decided_on: str = tag("审查日期")
    decision_reason: str = tag("审查理由")
    overdue_since: str = tag("自何日起逾期")
    revote_line: str = tag("再次测评的结果")
    handling_on: str = tag("建议组织处理的日期")
    handling_reason: str = tag("建议组织处理的事由")
    stage: str = tag("现在的阶段")
    extensions: tuple[ExtensionFacts, ...] = tag("延期申请", ())


def build(paper: Paper, case: CaseFile) -> RectificationFacts:
    """The facts of a rectification."""
    state: RectificationState = case.state
    policy = case.policy.rectification
    plan, report, decided = case.last(PlanSubmitted), case.last(ReportSubmitted), case.last(ReportDecided)
    handling, revote = case.last(HandlingProposed), case.last(RevoteJudged)
    failed, notice = state.failed, case.numbers.get("notice")
    return RectificationFacts(
        **common(paper, case),
        post="" if state.holders is None else state.holders.post.name,
        responsible=_responsible(case, state, handling),
        opened_on=day(state.opened_on),
        rate="" if failed is None else failed.rate_printed or "",
        rate_line="" if failed is None else rate_line(failed),
        pass_line=pass_line(case.policy.appraisal),
        turnout="" if failed is None else turnout(failed),
        plan_days=str(policy.plan_days),
        months=str(policy.months),
        extension_months=str(policy.extension.months) if policy.extension.times else "",
        revote="是" if policy.revote else "",
        notice_number="" if notice is None else notice.printed,
        served_on=day(state.served_on),
        plan_due="" if state.plan_due is None else day(state.plan_due.rolled),
        plan_on=day(state.plan_on),
        plan_text="" if plan is None else plan.text,
        first_due="" if state.first_due is None else day(state.first_due.rolled),
        due="" if state.due is None else day(state.due.rolled),
        reported_on=day(state.reported_on),
        report_text="" if report is None else report.text,
        decision="" if decided is None else "认可" if decided.decision is ReportDecision.ACCEPT else "不认可",
        decided_on=day(state.decided_on),
        decision_reason="" if decided is None else decided.reason or "",
        overdue_since=day(state.overdue_since),
        revote_line="" if revote is None else f"{rate_line(revote.verdict)}，{revote.verdict.verdict.label}",
        handling_on="" if handling is None else day(handling.on),
        handling_reason="" if handling is None else _REASONS[handling.reason],
        stage=state.stage.label,
        extensions=_extensions(case),
    )


def _responsible(case: CaseFile, state: RectificationState, handling: HandlingProposed | None) -> str:
    if handling is not None:
        return case.person(handling.responsible)
    return "" if state.holders is None else case.person(state.holders.on(case.today))


def _extensions(case: CaseFile) -> tuple[ExtensionFacts, ...]:
    found = []
    for event in [each.event for each in case.events]:
        match event:
            case ExtensionGranted():
                found.append(ExtensionFacts(day(event.on), str(event.months), "同意", day(event.due.rolled)))
            case ExtensionRefused():
                found.append(ExtensionFacts(day(event.on), str(event.months), f"不同意：{event.reason.label}", ""))
            case _:
                pass
    return tuple(found)


def _paper(key: str, title: str, purpose: str, layout: Layout, **values: Any) -> Paper:
    return Paper(
        key=key,
        title=title,
        purpose=purpose,
        kinds=(CaseKind.RECTIFICATION,),
        facts=RectificationFacts,
        layout=layout,
        build=build,
        **values,
    )


_SUBJECT = (("整改单位", "{{ post }}"), ("负责人", "{{ responsible }}"))
_DATES = (("通知送达", "{{ served_on }}"), ("整改期限", "{{ due }}"))


def _served(case: CaseFile) -> bool:
    return case.state.served_on is not None


NOTICE = _paper(
    "notice",
    "限期整改通知书",
    "测评不合格的，书面通知限期整改；第二页是送达回执。",
    Layout(
        "限期整改通知书",
        (
            Text("{{ post }}（负责人{{ responsible }}）：", Style.PLAIN),
            Text(
                "{{ opened_on }}，本镇人大代表对你单位负责人进行了民主测评。"
                "{% if rate_line %}称职率 {{ rate_line }}，{% endif %}低于合格线 {{ pass_line }}，评定为不合格。"
                "现责令限期整改，有关事项通知如下："
            ),
            Text(
                "一、自本通知送达之日起 {{ plan_days }} 日内，向镇人大主席团报送书面整改方案"
                "{% if plan_due %}（不迟于{{ plan_due }}）{% endif %}。"
            ),
            Text(
                "二、自本通知送达之日起 {{ months }} 个月内完成整改，并书面报告整改情况"
                "{% if first_due %}（不迟于{{ first_due }}）{% endif %}。"
                "送达当日不计入期限；期限最后一日为休息日的，顺延至下一个工作日。"
            ),
            Text(
                "三、确需延长的，应当在期限届满前提出书面申请，经主席团同意，"
                "每次最多延长 {{ extension_months }} 个月。",
                when="extension_months",
            ),
            Text("整改报告经审查认可后，将再次进行民主测评。", when="revote"),
            Text("逾期未完成整改，或者再次测评仍不合格的，将向镇党委、镇纪委提出组织处理建议。"),
            Text("特此通知。"),
            Ending(),
            NewPage("送达回执"),
            Form(
                (
                    (("文书名称", "限期整改通知书"), ("文号", "{{ number }}")),
                    (("受送达人", "{{ post }}"), ("负责人", "{{ responsible }}")),
                    (("送达日期", "{{ served_on }}"), ("送达地点", "")),
                    (("送达方式", "□直接送达　□留置送达　□邮寄送达　□其他"),),
                    (("受送达人签收", ""),),
                    (("代收人及理由", ""),),
                    (("拒收情况记录", ""),),
                ),
                tall=frozenset({"受送达人签收", "拒收情况记录"}),
            ),
            Signatures(("送达人（签名）", "送达人（签名）", "见证人（签名）", "日期")),
        ),
        red=True,
        numbered=True,
    ),
    ready=lambda case: case.state.opened_on is not None,
    series="notice",
    readers=frozenset({Role.HEAD}),
)
EXTENSION = _paper(
    "extension",
    "延期审批表",
    "整改单位在期限届满前申请延期，由主席团审批。",
    Layout(
        "限期整改延期审批表",
        (
            Form((_SUBJECT, _DATES, (("原定期限", "{{ first_due }}"), ("整改方案", "{{ plan_on }}")))),
            Table(
                "extensions",
                (
                    Column("序号", "{{ no }}", 0.5),
                    Column("申请日期", "{{ item.asked_on }}", 1.4),
                    Column("延长月数", "{{ item.months }}", 0.9),
                    Column("决定", "{{ item.decision }}", 2.4),
                    Column("延期后期限", "{{ item.due }}", 1.5),
                ),
                heading="申请与决定",
                spare=1,
            ),
            Text("", Style.PLAIN),
            Form(
                ((("申请理由", ""),), (("分管领导意见", ""),), (("主席团决定", ""),)),
                tall=frozenset({"申请理由", "分管领导意见", "主席团决定"}),
            ),
        ),
    ),
    ready=_served,
    readers=frozenset({Role.HEAD}),
)
REPORT = _paper(
    "rectification_report",
    "整改情况报告",
    "整改单位报告整改情况；已录入的方案和报告自动带出，其余留空填写。",
    Layout(
        "{{ post }}整改情况报告",
        (
            Text("{{ issuer }}：", Style.PLAIN),
            Text(
                "我单位因{{ opened_on }}民主测评{% if rate %}称职率为 {{ rate }}{% endif %}，"
                "低于合格线 {{ pass_line }}，于{{ served_on }}收到限期整改通知书"
                "{% if notice_number %}（{{ notice_number }}）{% endif %}，整改期限至{{ due }}。现将整改情况报告如下："
            ),
            Text("一、整改方案", Style.HEADING),
            Text("{% if plan_text %}{{ plan_text }}{% else %}（填写：措施、责任人、完成时限）{% endif %}"),
            Text("二、整改落实情况", Style.HEADING),
            Text("{% if report_text %}{{ report_text }}{% else %}（填写：逐项说明做了什么、效果如何）{% endif %}"),
            Text("三、下一步打算", Style.HEADING),
            Text("（填写）"),
            Ending("{{ post }}", "{% if reported_on %}{{ reported_on }}{% else %}　　年　　月　　日{% endif %}"),
            Signatures(("负责人（签名）",)),
        ),
    ),
    ready=_served,
    readers=frozenset({Role.HEAD}),
)
ACCEPTANCE = _paper(
    "acceptance",
    "验收销号单",
    "整改报告报来之后，验收并销号。",
    Layout(
        "限期整改验收销号单",
        (
            Form(
                (
                    _SUBJECT,
                    _DATES,
                    (("报告日期", "{{ reported_on }}"), ("审查日期", "{{ decided_on }}")),
                    (("整改通知书", "{{ notice_number }}"),),
                    (("不合格测评", "{{ opened_on }}　{{ rate_line }}"),),
                    (("整改情况", "{{ report_text }}"),),
                    (("审查结论", "{{ decision }}{% if decision_reason %}：{{ decision_reason }}{% endif %}"),),
                    (("再次测评", "{{ revote_line }}"),),
                    (("当前状态", "{{ stage }}"),),
                    (("验收意见", ""),),
                    (("销号意见", ""),),
                ),
                tall=frozenset({"验收意见", "销号意见"}),
            ),
            Signatures(("验收人（签名）", "验收人（签名）", "主席团（签名）", "日期")),
        ),
    ),
    ready=lambda case: case.state.report is not Report.NONE or case.state.ended is not None,
    readers=frozenset({Role.HEAD}),
)
HANDLING = _paper(
    "handling",
    "建议组织处理函",
    "逾期或再次测评不合格的，向镇党委、镇纪委提出建议；只是建议，系统不作免职。",
    Layout(
        "关于建议对{{ post }}负责人进行组织处理的函",
        (
            Text("镇党委、镇纪律检查委员会：", Style.PLAIN),
            Text(
                "{{ opened_on }}，{{ post }}负责人{{ responsible }}同志在民主测评中"
                "{% if rate_line %}称职率 {{ rate_line }}，{% endif %}低于合格线 {{ pass_line }}，被责令限期整改"
                "{% if served_on %}，通知于{{ served_on }}送达，整改期限至{{ due }}{% endif %}。"
            ),
            Text(
                "现因{{ handling_reason }}，依照本镇监督办法，建议按干部管理权限研究组织处理，并将研究结果函告我单位。"
            ),
            Text("再次测评结果：{{ revote_line }}。", when="revote_line"),
            Text(
                "村民委员会成员的罢免和终止职务，依照《中华人民共和国村民委员会组织法》办理，任何组织和个人不得指定、委派或者撤换。"
            ),
            Ending(),
        ),
        red=True,
        numbered=True,
    ),
    ready=lambda case: bool(case.state.handling),
    series="handling",
    readers=frozenset({Role.PARTY_COMMITTEE}),
)
PAPERS = (NOTICE, EXTENSION, REPORT, ACCEPTANCE, HANDLING)
