"""The papers of a year-end assessment 双百分: the score table, the ranking made public, and the finding of a veto."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Ending, Form, Layout, Signatures, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.assessment.state import AssessmentState, Stage
from domain.cases.case import CaseKind, fold
from domain.cases.governance import GovernedState
from domain.cases.registry import GOVERNED
from domain.printing import print_score
from projections.year_end.figures import YearFigures, figures_of


@dataclass(frozen=True)
class ScoreFacts:
    """One table of one subject with its methods."""

    post: str = tag("对象")
    responsible: str = tag("负责人")
    table: str = tag("考核表")
    full: str = tag("满分")
    reports: str = tag("听汇报得分")
    documents: str = tag("看资料得分")
    site: str = tag("实地查看得分")
    opinion: str = tag("民意测评得分")
    deduction: str = tag("扣分")
    points: str = tag("本表得分")
    bonus: str = tag("加分（计入部分，只写在第一张表）")
    total: str = tag("总分（只写在第一张表）")


@dataclass(frozen=True)
class RankFacts:
    """A place of a line."""

    line: str = tag("分组")
    rank: str = tag("名次")
    post: str = tag("对象")
    responsible: str = tag("负责人")
    work: str = tag("各表得分")
    total: str = tag("总分")
    note: str = tag("末位等说明")


@dataclass(frozen=True)
class VetoFacts:
    """A person to whom a veto applies, or a unit flagged."""

    post: str = tag("对象")
    person: str = tag("负责人；单位列入提示的为空")
    years: str = tag("连续末位的年度")
    finding: str = tag("认定")


@dataclass(frozen=True)
class YearFacts:
    """A subject's place in one of the years that count."""

    post: str = tag("对象")
    year: str = tag("年度")
    place: str = tag("名次")
    source: str = tag("依据的记录")
    answering: str = tag("当年负责人")


@dataclass(frozen=True)
class AssessmentFacts(Facts):
    """A year's assessment as its papers tell it."""

    stage: str = tag("现在的阶段")
    weights: str = tag("各方式的权重")
    published_on: str = tag("公示日期")
    publicity_until: str = tag("公示截止日期")
    publicity_days: str = tag("公示期（工作日）")
    streak: str = tag("一票否决需要连续末位的年数")
    scores: tuple[ScoreFacts, ...] = tag("各对象各表的得分", ())
    ranks: tuple[RankFacts, ...] = tag("各组排名", ())
    vetoes: tuple[VetoFacts, ...] = tag("一票否决的认定", ())
    years: tuple[YearFacts, ...] = tag("各年名次", ())


def build(paper: Paper, case: CaseFile) -> AssessmentFacts:
    """The facts of an assessment, from the figures that its pages show."""
    figures = _figures(case)
    weights = case.policy.assessment.methods
    return AssessmentFacts(
        **common(paper, case),
        stage=_STAGES[figures.stage],
        weights="、".join(f"{part.method.label} {_percent(weights.weight(part.method))}" for part in _methods(figures)),
        published_on=day(figures.published_on),
        publicity_until=day(figures.publicity_until),
        publicity_days=str(case.policy.assessment.publicity_days),
        streak=str(case.policy.veto.streak),
        scores=tuple(_scores(case, figures)),
        ranks=tuple(_ranks(case, figures)) if figures.public else (),
        vetoes=tuple(_vetoes(case, figures)),
        years=tuple(_years(case)),
    )


_STAGES = {
    Stage.SCORING: "评分中",
    Stage.PUBLICITY: "公示中",
    Stage.OBJECTIONS: "异议处理中",
    Stage.FINAL: "已定案",
    Stage.ANNULLED: "已取消",
}


def _figures(case: CaseFile) -> YearFigures:
    state: GovernedState[AssessmentState] = fold(GOVERNED[CaseKind.ASSESSMENT], case.all_events)
    return figures_of(state, case.policy)


def _methods(figures: YearFigures) -> tuple[Any, ...]:
    return next((subject.tables[0].methods for subject in figures.subjects if subject.tables), ())


def _percent(share: Fraction) -> str:
    return f"{print_score(share * 100).removesuffix('.00')}%"


def _score(points: Fraction | None) -> str:
    return "" if points is None else print_score(points)


def _scores(case: CaseFile, figures: YearFigures) -> Iterator[ScoreFacts]:
    for subject in figures.subjects:
        for index, table in enumerate(subject.tables):
            parts = {part.method.value: _score(part.points) for part in table.methods}
            yield ScoreFacts(
                post=subject.post.name,
                responsible=case.person(subject.post.responsible),
                table=table.table.name,
                full=_score(table.table.full),
                **parts,
                deduction=_score(table.deduction) if table.deduction else "",
                points=_score(table.points),
                bonus=_score(subject.bonus_counted) if index == 0 and subject.bonus_counted else "",
                total=_score(subject.total.total) if index == 0 and subject.total is not None else "",
            )


def _ranks(case: CaseFile, figures: YearFigures) -> Iterator[RankFacts]:
    for line in figures.lines:
        for row in line.rows:
            note = "末位" if row.last else "末位并列，待裁定" if row.undecided else ""
            yield RankFacts(
                line=line.name,
                rank=str(row.rank),
                post=row.figures.post.name,
                responsible=case.person(row.figures.post.responsible),
                work="，".join(f"{each.table.name} {_score(each.points)}" for each in row.figures.tables),
                total=row.printed,
                note="组内太少，不定末位" if line.too_small else note,
            )


def _vetoes(case: CaseFile, figures: YearFigures) -> Iterator[VetoFacts]:
    for veto in figures.vetoes:
        years = "、".join(str(year) for year in sorted(veto.years))
        yield VetoFacts(case.post(veto.subject), case.person(veto.person), years, "建议一票否决")
    for flag in figures.flags:
        years = "、".join(str(year) for year in sorted(flag.years))
        yield VetoFacts(case.post(flag.subject), "", years, "单位列入提示，不追究个人")


def _years(case: CaseFile) -> Iterator[YearFacts]:
    for streak in case.streaks:
        if not streak.vetoes and streak.flag is None:
            continue
        for place in streak.places:
            yield YearFacts(
                post=streak.post.name,
                year=str(place.year),
                place=place.word,
                source=place.source,
                answering="、".join(case.person(person) for person in place.answering),
            )


def _paper(key: str, title: str, purpose: str, layout: Layout, ready: Callable[[CaseFile], bool], **more: Any) -> Paper:
    return Paper(
        key=key,
        title=title,
        purpose=purpose,
        kinds=(CaseKind.ASSESSMENT,),
        facts=AssessmentFacts,
        layout=layout,
        build=build,
        ready=ready,
        **more,
    )


_READERS = frozenset({Role.PARTY_COMMITTEE})
SCORES = _paper(
    "scores",
    "年度考核计分表",
    "双百分考核各对象、各表、各方式的得分，可在录入过程中随时打印核对。",
    Layout(
        "{{ year }}年度考核计分表",
        (
            Text("权重：{{ weights }}。各列是加权后的得分；扣分以扣完本表为限。阶段：{{ stage }}。", Style.NOTE),
            Table(
                "scores",
                (
                    Column("序号", "{{ no }}", 0.5),
                    Column("对象", "{{ item.post }}", 1.8),
                    Column("负责人", "{{ item.responsible }}", 1.1),
                    Column("考核表", "{{ item.table }}", 1.2),
                    Column("满分", "{{ item.full }}", 0.9),
                    Column("听汇报", "{{ item.reports }}", 0.9),
                    Column("看资料", "{{ item.documents }}", 0.9),
                    Column("实地查看", "{{ item.site }}", 0.9),
                    Column("民意测评", "{{ item.opinion }}", 0.9),
                    Column("扣分", "{{ item.deduction }}", 0.8),
                    Column("本表得分", "{{ item.points }}", 1),
                    Column("加分", "{{ item.bonus }}", 0.8),
                    Column("总分", "{{ item.total }}", 1),
                ),
            ),
            Signatures(("计分人（签名）", "复核人（签名）")),
        ),
        wide=True,
    ),
    ready=lambda case: bool(case.state.assessed),
    formats=("xlsx", "docx", "pdf"),
    readers=_READERS,
)
PUBLICITY = _paper(
    "ranking_publicity",
    "考核排名公示",
    "排名公布以后张贴；写明公示期和提出异议的办法。",
    Layout(
        "{{ year }}年度考核排名公示",
        (
            Text(
                "按照年度考核办法，{{ year }} 年度双百分考核已经计分。现将排名予以公示，"
                "公示期为 {{ publicity_days }} 个工作日，自{{ published_on }}起至{{ publicity_until }}止。"
            ),
            Text("对排名有异议的，请在公示期内以书面形式向{{ issuer }}提出，写明对象、事实和理由。"),
            Table(
                "ranks",
                (
                    Column("分组", "{{ item.line }}", 1),
                    Column("名次", "{{ item.rank }}", 0.7),
                    Column("对象", "{{ item.post }}", 2),
                    Column("负责人", "{{ item.responsible }}", 1.2),
                    Column("各表得分", "{{ item.work }}", 2.4),
                    Column("总分", "{{ item.total }}", 1),
                    Column("说明", "{{ item.note }}", 1.2),
                ),
            ),
            Ending(),
        ),
        red=True,
        numbered=True,
    ),
    ready=lambda case: _figures(case).public,
    series="publicity",
    formats=("docx", "pdf", "xlsx"),
    readers=frozenset(Role) - {Role.SYSTEM},
)
VETO = _paper(
    "veto",
    "一票否决认定表",
    "连续末位达到规定年数时出；列出各年名次和当年负责人，听取本人意见后报镇党委。",
    Layout(
        "一票否决认定表",
        (
            Form(((("年度", "{{ year }}"), ("规定", "连续 {{ streak }} 年末位")),)),
            Table(
                "vetoes",
                (
                    Column("对象", "{{ item.post }}", 2),
                    Column("负责人", "{{ item.person }}", 1.4),
                    Column("末位年度", "{{ item.years }}", 2),
                    Column("认定", "{{ item.finding }}", 2),
                ),
                heading="一、认定",
            ),
            Table(
                "years",
                (
                    Column("对象", "{{ item.post }}", 1.8),
                    Column("年度", "{{ item.year }}", 0.8),
                    Column("名次", "{{ item.place }}", 2.2),
                    Column("当年负责人", "{{ item.answering }}", 1.6),
                    Column("依据", "{{ item.source }}", 1.6),
                ),
                heading="二、各年名次",
                when="years",
            ),
            Text(
                "效力：当年不得评先评优，年度考核定为不合格等次，报镇党委处理；本表不产生免职、撤职的效力。"
                "认定前应当听取本人意见，异议在公示期内提出。",
                Style.NOTE,
            ),
            Form(
                ((("本人意见", ""),), (("镇人大意见", ""),), (("镇党委意见", ""),)),
                tall=frozenset({"本人意见", "镇人大意见", "镇党委意见"}),
            ),
            Text("填表日期：{{ dated }}", Style.PLAIN),
        ),
    ),
    ready=lambda case: bool(case.state.vetoes or case.state.flags),
    readers=_READERS,
)
PAPERS = (SCORES, PUBLICITY, VETO)
