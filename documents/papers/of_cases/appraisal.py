"""The papers of an appraisal 述职评议: questions, opinions, filing, feedback, criticism."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Ending, Form, Layout, Signatures, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.of_cases.figures import FigureRow, figure_rows, pass_line, rate_line, turnout, warnings_of
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.appraisal.commands import Rating, ReportForm
from domain.cases.appraisal.events import (
    AnswerRated,
    CommitmentMade,
    Criticised,
    ImplementationWaived,
    Judged,
    OpinionItemised,
    OpinionsFiled,
    QuestionAnswered,
    QuestionRaised,
)
from domain.cases.appraisal.state import AppraisalState, Question
from domain.cases.case import CaseKind
from domain.rules.questions import Standing

_RATINGS = {Rating.SATISFIED: "满意", Rating.PARTLY_SATISFIED: "基本满意", Rating.UNSATISFIED: "不满意"}


@dataclass(frozen=True)
class QuestionFacts:
    """A question with what became of it."""

    id: str = tag("提问编号")
    deputy: str = tag("提问代表")
    text: str = tag("提问内容")
    asked_on: str = tag("提问日期")
    settled: str = tag("办理方式：答复、承诺或未答复")
    answer: str = tag("答复内容，或承诺的措施")
    owner: str = tag("承诺责任人")
    due: str = tag("承诺期限")
    outcome: str = tag("承诺兑现情况")
    rating: str = tag("提问代表的评价")


@dataclass(frozen=True)
class OpinionFacts:
    """A rectification opinion with its implementation."""

    id: str = tag("意见编号")
    text: str = tag("意见内容")
    reported_on: str = tag("报告落实的日期")
    checked_on: str = tag("核查认可的日期")
    standing: str = tag("落实情况")


@dataclass(frozen=True)
class AppraisalFacts(Facts):
    """An appraisal as its papers tell it."""

    post: str = tag("测评对象（单位或岗位）")
    responsible: str = tag("负责人")
    form: str = tag("述职形式：口头或书面")
    reported_on: str = tag("述职日期")
    filing_due: str = tag("备案期限")
    filed_on: str = tag("备案日期")
    filing_number: str = tag("镇纪委备案号")
    waived: str = tag("主席团同意先行测评的理由")
    poll_day: str = tag("测评日期")
    poll_id: str = tag("测评编号")
    verdict: str = tag("评定：合格、不合格")
    rate: str = tag("称职率")
    rate_line: str = tag("称职率及其分子、分母、口径")
    pass_line: str = tag("合格线")
    turnout: str = tag("应到、实到、发出、收回等票数")
    warnings: str = tag("需要说明的事项，如口径敏感")
    criticised_on: str = tag("批评日期")
    questions: tuple[QuestionFacts, ...] = tag("提问", ())
    opinions: tuple[OpinionFacts, ...] = tag("整改意见", ())
    figures: tuple[FigureRow, ...] = tag("各测评项目的票数", ())


def build(paper: Paper, case: CaseFile) -> AppraisalFacts:
    """The facts of an appraisal."""
    state: AppraisalState = case.state
    filed, judged, waived = case.last(OpinionsFiled), case.last(Judged), case.last(ImplementationWaived)
    criticised = case.last(Criticised)
    number = filed.number if filed is not None and paper is FILING else ""
    poll = {} if judged is None else _poll(judged, case)
    return AppraisalFacts(
        **common(paper, case, number=number),
        post="" if state.holders is None else state.holders.post.name,
        responsible=_responsible(case, state, judged),
        form={ReportForm.SPOKEN: "口头", ReportForm.WRITTEN: "书面"}[state.form] if state.form is not None else "",
        reported_on=day(state.reported_on),
        filing_due=day(state.filing_due),
        filed_on=day(state.filed_on),
        filing_number="" if filed is None else filed.number,
        waived="" if waived is None else waived.reason,
        criticised_on="" if criticised is None else day(criticised.on),
        questions=tuple(_question(case, key, question) for key, question in state.questions.items()),
        opinions=_opinions(case, state),
        pass_line=pass_line(case.policy.appraisal),
        **poll,
    )


def _responsible(case: CaseFile, state: AppraisalState, judged: Judged | None) -> str:
    if judged is not None:
        return case.person(judged.responsible)
    return "" if state.holders is None else case.person(state.holders.on(state.reported_on or case.today))


def _poll(judged: Judged, case: CaseFile) -> dict[str, Any]:
    policy = case.policy.appraisal
    return {
        "poll_day": day(judged.on),
        "poll_id": judged.poll_id,
        "verdict": judged.verdict.verdict.label,
        "rate": judged.verdict.rate_printed or "",
        "rate_line": rate_line(judged.verdict),
        "turnout": turnout(judged.verdict),
        "warnings": warnings_of(judged.verdict, policy),
        "figures": figure_rows(judged.verdict, judged.result, policy),
    }


def _question(case: CaseFile, key: str, question: Question) -> QuestionFacts:
    raised = next((each for each in case.of(QuestionRaised) if each.question_id == key), None)
    answers = [each for each in case.of(QuestionAnswered) if each.question_id == key]
    commitments = [each for each in case.of(CommitmentMade) if each.question_id == key]
    committed = commitments[-1] if question.standing is Standing.COMMITTED and commitments else None
    ratings = [each for each in case.of(AnswerRated) if each.question_id == key]
    said = committed.measure if committed is not None else answers[-1].text if answers else ""
    return QuestionFacts(
        id=key,
        deputy=case.person(question.deputy),
        text="" if raised is None else raised.text,
        asked_on="" if raised is None else day(raised.on),
        settled={Standing.OPEN: "未答复", Standing.ANSWERED: "答复", Standing.COMMITTED: "承诺"}[question.standing],
        answer=said,
        owner="" if committed is None else case.person(committed.owner),
        due=day(question.due),
        outcome=_outcome(question, case.today),
        rating=_RATINGS[ratings[-1].rating] if ratings else "",
    )


def _outcome(question: Question, today: date) -> str:
    if question.standing is not Standing.COMMITTED:
        return ""
    if question.kept is None:
        return "已到期，待核实" if question.due is not None and question.due < today else "跟踪中"
    if not question.kept:
        return "未兑现"
    return "逾期兑现" if question.late else "已兑现"


def _opinions(case: CaseFile, state: AppraisalState) -> tuple[OpinionFacts, ...]:
    texts = {each.opinion_id: each.text for each in case.of(OpinionItemised)}
    found = []
    for key, opinion in state.opinions.items():
        standing = "已落实" if opinion.implemented else "待核查" if opinion.reported_on is not None else "未落实"
        found.append(OpinionFacts(key, texts.get(key, ""), day(opinion.reported_on), day(opinion.checked_on), standing))
    return tuple(found)


_SUBJECT = (("测评对象", "{{ post }}"), ("负责人", "{{ responsible }}"))
_OPINIONS = Table(
    "opinions",
    (
        Column("序号", "{{ no }}", 0.6),
        Column("编号", "{{ item.id }}", 0.9),
        Column("整改意见", "{{ item.text }}", 4),
        Column("落实情况", "{{ item.standing }}", 1.2),
        Column("核查日期", "{{ item.checked_on }}", 1.6),
    ),
)
_FIGURES = Table(
    "figures",
    (
        Column("测评项目", "{{ item.name }}", 1.3),
        Column("各等次票数", "{{ item.counts }}", 3.2),
        Column("称职票", "{{ item.passing }}", 0.9),
        Column("口径票数", "{{ item.denominator }}", 1),
        Column("称职率", "{{ item.rate }}", 1),
        Column("提示", "{{ item.warning }}", 1.1),
    ),
    when="figures",
)


def _reported(case: CaseFile) -> bool:
    return case.state.reported_on is not None


def _has_opinions(case: CaseFile) -> bool:
    return bool(case.state.opinions)


def _judged(case: CaseFile) -> bool:
    return bool(case.state.decided)


def _paper(key: str, title: str, purpose: str, layout: Layout, **values: Any) -> Paper:
    return Paper(
        key=key,
        title=title,
        purpose=purpose,
        kinds=(CaseKind.APPRAISAL,),
        facts=AppraisalFacts,
        layout=layout,
        build=build,
        **values,
    )


QUESTIONS = _paper(
    "questions",
    "述职提问与承诺登记表",
    "述职之后，逐条登记代表的提问、答复和承诺，并跟踪承诺的兑现。",
    Layout(
        "述职提问与承诺登记表",
        (
            Form((_SUBJECT, (("述职日期", "{{ reported_on }}"), ("述职形式", "{{ form }}")))),
            Text("", Style.PLAIN),
            Table(
                "questions",
                (
                    Column("序号", "{{ no }}", 0.6),
                    Column("代表", "{{ item.deputy }}", 1),
                    Column("提问", "{{ item.text }}", 2.6),
                    Column("方式", "{{ item.settled }}", 0.8),
                    Column("答复内容或承诺措施", "{{ item.answer }}", 2.8),
                    Column("责任人", "{{ item.owner }}", 1),
                    Column("期限", "{{ item.due }}", 1.3),
                    Column("兑现", "{{ item.outcome }}", 0.9),
                    Column("代表评价", "{{ item.rating }}", 0.9),
                ),
                spare=2,
            ),
            Signatures(("记录人（签名）", "述职人（签名）")),
        ),
        wide=True,
    ),
    ready=_reported,
    formats=("docx", "pdf", "xlsx"),
    readers=frozenset({Role.HEAD}),
)
SUMMARY = _paper(
    "opinions_summary",
    "意见汇总表",
    "把代表的意见梳理成逐条的整改意见之后，汇总存档。",
    Layout(
        "代表意见汇总表",
        (
            Form((_SUBJECT, (("述职日期", "{{ reported_on }}"), ("汇总日期", "{{ dated }}")))),
            Text("", Style.PLAIN),
            _OPINIONS,
            Signatures(("汇总人（签名）", "审核人（签名）")),
        ),
    ),
    ready=_has_opinions,
    formats=("docx", "pdf", "xlsx"),
)
OPINIONS = _paper(
    "opinions",
    "整改意见书",
    "把整改意见正式送达测评对象，并抄送镇纪委备案。",
    Layout(
        "关于{{ post }}的整改意见书",
        (
            Text("{{ post }}：", Style.PLAIN),
            Text(
                "{{ reported_on }}，你单位负责人{{ responsible }}同志进行了述职述廉，接受了代表提问。"
                "镇人大对代表提出的意见和建议进行了梳理汇总，形成整改意见如下："
            ),
            Text("{{ no }}．{{ item.text }}", each="opinions"),
            Text(
                "请逐条研究，明确措施、责任人和完成时限，抓好落实，并将落实情况逐条书面报告镇人大主席团。"
                "镇人大将对落实情况进行核查，核查结果向代表反馈。"
            ),
            Ending(),
            Text("抄送：镇纪律检查委员会（备案{% if filing_number %}，{{ filing_number }}{% endif %}）。", Style.NOTE),
        ),
        red=True,
        numbered=True,
    ),
    ready=_has_opinions,
    series="opinions",
    readers=frozenset({Role.HEAD}),
)
FILING = _paper(
    "filing",
    "备案表",
    "整改意见报镇纪委备案；有备案号的印备案号。",
    Layout(
        "整改意见备案表",
        (
            Form(
                (
                    _SUBJECT,
                    (("述职日期", "{{ reported_on }}"), ("备案期限", "{{ filing_due }}")),
                    (("报备单位", "{{ issuer }}"), ("备案日期", "{{ filed_on }}")),
                )
            ),
            Text("", Style.PLAIN),
            _OPINIONS,
            Text("", Style.PLAIN),
            Form(
                ((("报备单位意见", ""),), (("镇纪委备案意见", ""),)), tall=frozenset({"报备单位意见", "镇纪委备案意见"})
            ),
        ),
        numbered=True,
    ),
    ready=_has_opinions,
)
FEEDBACK = _paper(
    "feedback",
    "测评反馈函",
    "测评有了结论之后，把结果反馈给测评对象。",
    Layout(
        "关于{{ post }}民主测评结果的反馈函",
        (
            Text("{{ post }}：", Style.PLAIN),
            Text(
                "{{ poll_day }}，本镇人大代表对你单位负责人{{ responsible }}同志进行了民主测评。"
                "{{ turnout }}。现将结果反馈如下："
            ),
            Text("综合评价称职率 {{ rate_line }}，合格线 {{ pass_line }}，评定为{{ verdict }}。"),
            Text("说明：{{ warnings }}。", when="warnings"),
            _FIGURES,
            Text("代表提出的整改意见：", when="opinions"),
            Text("{{ no }}．{{ item.text }}（{{ item.standing }}）", each="opinions", when="opinions"),
            Text("请认真对待代表的评价，发扬成绩，改进不足。"),
            Ending(),
        ),
        red=True,
        numbered=True,
    ),
    ready=_judged,
    series="feedback",
    readers=frozenset({Role.HEAD}),
)
CRITICISM = _paper(
    "criticism",
    "批评记录",
    "测评低于合格线的，记录所作的批评。",
    Layout(
        "批评记录",
        (
            Form(
                (
                    _SUBJECT,
                    (("批评日期", "{{ criticised_on }}"), ("测评日期", "{{ poll_day }}")),
                    (("测评结果", "{{ rate_line }}，{{ verdict }}（合格线 {{ pass_line }}）"),),
                    (("批评内容", ""),),
                    (("被批评人表态", ""),),
                ),
                tall=frozenset({"批评内容", "被批评人表态"}),
            ),
            Signatures(("批评人（签名）", "被批评人（签名）", "记录人（签名）", "日期")),
        ),
    ),
    ready=lambda case: bool(case.state.criticised),
    readers=frozenset({Role.HEAD}),
)
PAPERS = (QUESTIONS, SUMMARY, OPINIONS, FILING, FEEDBACK, CRITICISM)
