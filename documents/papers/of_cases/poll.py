"""The papers of a poll 民主测评: who came, who watches, what was counted, what was objected to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Form, Layout, Signatures, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.of_cases.figures import figure_rows, pass_line, rate_line, text, warnings_of
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.poll.objections import PollObjectionDecided, PollObjectionRaised
from domain.cases.poll.state import PollState, Stage
from domain.policy.document import BallotMode
from domain.roster.commands import Deputy

_MODES: Mapping[BallotMode, str] = {
    BallotMode.PAPER: "纸票",
    BallotMode.PHONES: "手机",
    BallotMode.MIXED: "手机和纸票",
}


@dataclass(frozen=True)
class SubjectFacts:
    """A subject of the poll with its figures."""

    post: str = tag("测评对象")
    responsible: str = tag("负责人")
    entitled: str = tag("应到")
    present: str = tag("实到")
    issued: str = tag("发出")
    returned: str = tag("收回")
    valid: str = tag("有效票")
    abstentions: str = tag("弃权")
    passing: str = tag("称职票（分子）")
    denominator: str = tag("口径票数（分母）")
    basis: str = tag("口径名称")
    rate: str = tag("称职率")
    rate_line: str = tag("称职率及其分子、分母、口径")
    verdict: str = tag("评定")
    note: str = tag("需要说明的事项")


@dataclass(frozen=True)
class ItemFacts:
    """One item of one subject."""

    post: str = tag("测评对象")
    name: str = tag("测评项目")
    counts: str = tag("各等次票数")
    passing: str = tag("称职票（分子）")
    denominator: str = tag("口径票数（分母）")
    rate: str = tag("称职率")
    warning: str = tag("低于合格线时的提示")


@dataclass(frozen=True)
class DeputyFacts:
    """A deputy on the attendance list."""

    name: str = tag("代表姓名")
    group: str = tag("代表小组")


@dataclass(frozen=True)
class ObjectionFacts:
    """An objection to the count."""

    id: str = tag("异议编号")
    raised_on: str = tag("提出日期")
    reason: str = tag("异议内容")
    decided_on: str = tag("决定日期")
    decision: str = tag("决定及理由")


@dataclass(frozen=True)
class PollFacts(Facts):
    """A poll as its papers tell it."""

    poll_id: str = tag("测评编号")
    held_on: str = tag("测评日期")
    period: str = tag("统计期间：年度、测评日期")
    kind: str = tag("民主测评，或再次测评")
    mode: str = tag("投票方式")
    session: str = tag("在人代会期间举行时为“是”，否则为空")
    deputies_count: str = tag("代表人数")
    present: str = tag("实到人数；未开会时为空")
    basis: str = tag("口径名称")
    pass_line: str = tag("合格线")
    passing_grades: str = tag("计入称职票的等次")
    outcome: str = tag("本次测评的结果：已计票、已作废等")
    subjects: tuple[SubjectFacts, ...] = tag("测评对象及结果", ())
    items: tuple[ItemFacts, ...] = tag("各对象各项目的票数", ())
    deputies: tuple[DeputyFacts, ...] = tag("代表名单", ())
    objections: tuple[ObjectionFacts, ...] = tag("异议", ())


def build(paper: Paper, case: CaseFile) -> PollFacts:
    """The facts of a poll."""
    state: PollState = case.state
    policy = case.policy.appraisal
    held_on = day(state.opened_on or state.day)
    grades = {grade.key: grade.name for grade in policy.grades}
    return PollFacts(
        **common(paper, case),
        poll_id=state.case_id,
        held_on=held_on,
        period=f"{case.year} 年度，{held_on}",
        kind="再次测评" if state.revote else "民主测评",
        mode=_MODES[state.mode],
        session="是" if state.session else "",
        deputies_count=str(len(case.roster.active_deputies)),
        present=text(state.present),
        basis=policy.denominator.label,
        pass_line=pass_line(policy),
        passing_grades="、".join(grades[key] for key in policy.passing_grades),
        outcome=state.stage.label,
        subjects=tuple(_subject(case, state, item.subject) for item in state.items),
        items=tuple(each for item in state.items for each in _items(case, state, item.subject)),
        deputies=tuple(DeputyFacts(each.name, each.group) for each in sorted(case.roster.active_deputies, key=_place)),
        objections=_objections(case, state),
    )


def _place(deputy: Deputy) -> tuple[str, str]:
    return deputy.group, deputy.id


def _subject(case: CaseFile, state: PollState, subject: str) -> SubjectFacts:
    day_held = state.opened_on or state.day
    holder = None if day_held is None else case.roster.head(subject, day_held)
    result = state.results.get(subject)
    named: dict[str, Any] = {"post": case.post(subject), "responsible": case.person(holder)}
    if result is None:
        return SubjectFacts(**named)
    verdict = result.verdict(case.policy.appraisal)
    notes = [warnings_of(verdict, case.policy.appraisal), "" if result.reason is None else result.reason.label]
    return SubjectFacts(
        **named,
        entitled=text(verdict.entitled),
        present=text(verdict.present),
        issued=text(verdict.issued),
        returned=text(verdict.returned),
        valid=text(verdict.valid),
        abstentions=text(verdict.abstentions),
        passing=text(verdict.passing),
        denominator=text(verdict.denominator),
        basis="" if verdict.denominator_name is None else verdict.denominator_name.label,
        rate=verdict.rate_printed or "",
        rate_line=rate_line(verdict),
        verdict=verdict.verdict.label,
        note="；".join(note for note in notes if note),
    )


def _items(case: CaseFile, state: PollState, subject: str) -> list[ItemFacts]:
    result = state.results.get(subject)
    if result is None:
        return []
    policy = case.policy.appraisal
    return [
        ItemFacts(case.post(subject), row.name, row.counts, row.passing, row.denominator, row.rate, row.warning)
        for row in figure_rows(result.verdict(policy), result, policy)
    ]


def _objections(case: CaseFile, state: PollState) -> tuple[ObjectionFacts, ...]:
    raised = {each.objection_id: each for each in case.of(PollObjectionRaised)}
    decided = {each.objection_id: each for each in case.of(PollObjectionDecided)}
    found = []
    for key, objection in state.objections.items():
        begun, ended = raised.get(key), decided.get(key)
        decision = "" if ended is None else f"{'成立' if ended.upheld else '不成立'}：{ended.reason}"
        found.append(
            ObjectionFacts(
                key,
                "" if begun is None else day(begun.on),
                objection.reason,
                "" if ended is None else day(ended.on),
                decision,
            )
        )
    return tuple(found)


def _paper(key: str, title: str, purpose: str, layout: Layout, ready: Callable[[CaseFile], bool], **more: Any) -> Paper:
    return Paper(
        key=key,
        title=title,
        purpose=purpose,
        kinds=(CaseKind.POLL,),
        facts=PollFacts,
        layout=layout,
        build=build,
        ready=ready,
        **more,
    )


def _called(case: CaseFile) -> bool:
    return case.state.since is not None


_HEAD = Form(
    (
        (("会议", "{{ town }}{{ kind }}"), ("测评编号", "{{ poll_id }}")),
        (("日期", "{{ held_on }}"), ("投票方式", "{{ mode }}")),
    )
)
ATTENDANCE = _paper(
    "attendance",
    "签到表",
    "测评会议签到；名单取自名册，按代表小组排列。",
    Layout(
        "代表签到表",
        (
            _HEAD,
            Text("应到代表 {{ deputies_count }} 人，实到 ＿＿＿ 人。", Style.PLAIN),
            Table(
                "deputies",
                (
                    Column("序号", "{{ no }}", 0.6),
                    Column("代表小组", "{{ item.group }}", 1.4),
                    Column("姓名", "{{ item.name }}", 1.4),
                    Column("签到", "", 1.8),
                    Column("备注（请假等）", "", 1.6),
                ),
            ),
            Signatures(("签到人（签名）", "复核人（签名）")),
        ),
    ),
    ready=_called,
    formats=("docx", "pdf", "xlsx"),
    readers=frozenset({Role.SCRUTINEER}),
)
SCRUTINEERS = _paper(
    "scrutineers",
    "监票人名单",
    "测评前由主席团提名、会议通过的监票人、计票人名单。",
    Layout(
        "监票人、计票人名单",
        (
            _HEAD,
            Text(
                "监票人由主席团在代表中提名，经会议通过；测评对象及其近亲属不担任。"
                "手机投票的，监票人各保管一份密钥，任意三人到场方可开箱。"
            ),
            Form(
                (
                    (("总监票人", ""), ("签名", "")),
                    (("监票人一", ""), ("签名", "")),
                    (("监票人二", ""), ("签名", "")),
                    (("监票人三", ""), ("签名", "")),
                    (("监票人四", ""), ("签名", "")),
                    (("计票人一", ""), ("签名", "")),
                    (("计票人二", ""), ("签名", "")),
                )
            ),
            Signatures(("主持人（签名）", "日期")),
        ),
    ),
    ready=_called,
    readers=frozenset({Role.SCRUTINEER}),
)
RESULTS = _paper(
    "poll_results",
    "测评结果汇总表",
    "计票之后汇总各对象的票数、称职率和评定，写明分子、分母、口径和期间。",
    Layout(
        "民主测评结果汇总表",
        (
            Form(
                (
                    (("会议", "{{ town }}{{ kind }}"), ("测评编号", "{{ poll_id }}"), ("期间", "{{ period }}")),
                    (("口径", "{{ basis }}"), ("称职票", "{{ passing_grades }}"), ("合格线", "{{ pass_line }}")),
                )
            ),
            Text("本次测评：{{ outcome }}。称职率 = 称职票（分子）÷ 口径票数（分母），保留两位小数。", Style.NOTE),
            Table(
                "subjects",
                (
                    Column("测评对象", "{{ item.post }}", 1.9),
                    Column("负责人", "{{ item.responsible }}", 1.2),
                    Column("应到", "{{ item.entitled }}", 0.7),
                    Column("实到", "{{ item.present }}", 0.7),
                    Column("发出", "{{ item.issued }}", 0.7),
                    Column("收回", "{{ item.returned }}", 0.7),
                    Column("有效", "{{ item.valid }}", 0.7),
                    Column("弃权", "{{ item.abstentions }}", 0.7),
                    Column("分子", "{{ item.passing }}", 0.7),
                    Column("分母", "{{ item.denominator }}", 0.7),
                    Column("称职率", "{{ item.rate }}", 1),
                    Column("评定", "{{ item.verdict }}", 1.1),
                    Column("说明", "{{ item.note }}", 2),
                ),
                heading="一、综合评价",
            ),
            Table(
                "items",
                (
                    Column("测评对象", "{{ item.post }}", 1.6),
                    Column("项目", "{{ item.name }}", 1.2),
                    Column("各等次票数", "{{ item.counts }}", 4),
                    Column("分子", "{{ item.passing }}", 0.8),
                    Column("分母", "{{ item.denominator }}", 0.8),
                    Column("称职率", "{{ item.rate }}", 1),
                    Column("提示", "{{ item.warning }}", 1.2),
                ),
                heading="二、各测评项目",
                when="items",
            ),
            Signatures(("监票人（签名）", "监票人（签名）", "计票人（签名）", "主持人（签名）")),
        ),
        wide=True,
    ),
    ready=lambda case: case.state.stage is Stage.COUNTED or bool(case.state.results),
    formats=("xlsx", "pdf", "docx"),
    readers=frozenset({Role.PARTY_COMMITTEE, Role.SCRUTINEER}),
)
OBJECTIONS = _paper(
    "objections",
    "异议登记表",
    "登记对计票结果的异议和处理决定；还没有异议时可先打印空表。",
    Layout(
        "异议登记表",
        (
            _HEAD,
            Text("", Style.PLAIN),
            Table(
                "objections",
                (
                    Column("序号", "{{ no }}", 0.6),
                    Column("编号", "{{ item.id }}", 1),
                    Column("提出日期", "{{ item.raised_on }}", 1.5),
                    Column("异议内容", "{{ item.reason }}", 3.4),
                    Column("决定日期", "{{ item.decided_on }}", 1.5),
                    Column("决定及理由", "{{ item.decision }}", 2.6),
                ),
                spare=4,
            ),
            Signatures(("登记人（签名）", "主席团（签名）")),
        ),
    ),
    ready=lambda case: case.state.stage is Stage.COUNTED,
    readers=frozenset({Role.SCRUTINEER}),
)
PAPERS = (ATTENDANCE, SCRUTINEERS, RESULTS, OBJECTIONS)
