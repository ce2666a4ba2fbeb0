"""年度报告: a town's year with its pictures as images and, under each, the table that the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from documents.charts.appraising import grades_picture
from documents.charts.drawing import png, svgs
from documents.charts.picture import Picture as Chart
from documents.charts.year import pictures_of_year
from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, Picture, day, tag
from documents.papers.layout import Block, Column, Ending, Image, Layout, Style, Table, Text
from documents.papers.of_cases.common import CONGRESS
from documents.papers.paper import Paper
from projections.figures import TownYear
from projections.year_end.figures import LINES


@dataclass(frozen=True)
class StageRow:
    """A stage's cases."""

    stage: str = tag("阶段")
    closed: str = tag("已办结")
    going: str = tag("在办")
    overdue: str = tag("逾期")
    total: str = tag("合计")


@dataclass(frozen=True)
class TurnoutRow:
    """A poll's attendance."""

    poll: str = tag("测评")
    day: str = tag("日期")
    subjects: str = tag("对象数")
    entitled: str = tag("应到")
    present: str = tag("实到")
    issued: str = tag("发出")
    returned: str = tag("收回")
    state: str = tag("状态")


@dataclass(frozen=True)
class RateRow:
    """A verdict."""

    post: str = tag("对象")
    year: str = tag("年度；重新测评的写明")
    rate: str = tag("称职率")
    passing: str = tag("称职票（分子）")
    denominator: str = tag("口径票数（分母）")
    basis: str = tag("口径")
    pass_line: str = tag("合格线")
    verdict: str = tag("结论")


@dataclass(frozen=True)
class ItemRow:
    """An item of a ballot on a subject."""

    post: str = tag("对象及测评")
    item: str = tag("项目")
    counts: str = tag("各等次、弃权、无效票数")
    passing: str = tag("称职票（分子）")
    denominator: str = tag("口径票数（分母）")
    rate: str = tag("称职率")


@dataclass(frozen=True)
class RankRow:
    """A place."""

    line: str = tag("分组")
    rank: str = tag("名次")
    post: str = tag("对象")
    total: str = tag("总分")
    before: str = tag("上年名次")
    movement: str = tag("升降")
    note: str = tag("说明")


@dataclass(frozen=True)
class DueRow:
    """An open case's deadline."""

    title: str = tag("案件")
    kind: str = tag("类别")
    day: str = tag("期限")
    light: str = tag("灯")


@dataclass(frozen=True)
class ReportFacts(Facts):
    """A year."""

    stages_chart: Picture | None = field(default=None, metadata={"about": "图：三个阶段的案件"})
    stages: tuple[StageRow, ...] = tag("三个阶段的案件", ())
    turnout_chart: Picture | None = field(default=None, metadata={"about": "图：到会与收回"})
    turnout: tuple[TurnoutRow, ...] = tag("历次测评的到会与收回", ())
    rates_chart: Picture | None = field(default=None, metadata={"about": "图：历年称职率"})
    rates: tuple[RateRow, ...] = tag("历年称职率", ())
    items: tuple[ItemRow, ...] = tag("本年度各项等次；票数不足下限的不列", ())
    ranking_chart_station: Picture | None = field(default=None, metadata={"about": "图：站所排名"})
    ranking_chart_window: Picture | None = field(default=None, metadata={"about": "图：窗口排名"})
    ranking_chart_village_secretary: Picture | None = field(default=None, metadata={"about": "图：村支书排名"})
    ranking_chart_village_director: Picture | None = field(default=None, metadata={"about": "图：村主任排名"})
    ranking_chart_village: Picture | None = field(default=None, metadata={"about": "图：村排名"})
    ranking_chart_all: Picture | None = field(default=None, metadata={"about": "图：全镇排名"})
    ranks: tuple[RankRow, ...] = tag("考核排名", ())
    deadlines_chart: Picture | None = field(default=None, metadata={"about": "图：期限日历"})
    dues: tuple[DueRow, ...] = tag("在办案件的期限", ())


def report_facts(figures: TownYear, town: str, today: date, words: Mapping[str, str]) -> ReportFacts:
    """The facts of a year's report, its pictures drawn: takes some tenths of a second, so call it in a thread.

    `words`: those for kinds of case. Raises `DrawingFailed`.
    """
    charts = {each.key: each for each in pictures_of_year(figures, words, grades=False)}
    drawn = _drawn(charts)
    ranking_charts: dict[str, Any] = {f"ranking_chart_{group}": drawn.get(f"ranking-{group}") for group in LINES}
    rankings = {group: charts.get(f"ranking-{group}") for group in LINES}
    return ReportFacts(
        town=town,
        issuer=f"{town}{CONGRESS}",
        title=REPORT.title,
        dated=day(today),
        year=str(figures.year),
        stages_chart=drawn.get("stages"),
        stages=tuple(StageRow(*row) for row in _rows(charts, "stages")),
        turnout_chart=drawn.get("turnout"),
        turnout=tuple(TurnoutRow(*row) for row in _rows(charts, "turnout")),
        rates_chart=drawn.get("rates"),
        rates=tuple(RateRow(*row) for row in _rows(charts, "rates")),
        items=tuple(_items(grades_picture(each) for each in figures.appraised)),
        **ranking_charts,
        ranks=tuple(
            RankRow(LINES[group], *row) for group, chart in rankings.items() if chart is not None for row in chart.rows
        ),
        deadlines_chart=drawn.get("deadlines"),
        dues=tuple(DueRow(*row) for row in _rows(charts, "deadlines")),
    )


def _drawn(charts: Mapping[str, Chart]) -> dict[str, Picture]:
    drawings = svgs(list(charts.values()))
    return {
        key: Picture(png=png(drawing, charts[key].title), svg=drawing)
        for key, drawing in zip(charts, drawings, strict=True)
    }


def _rows(charts: Mapping[str, Chart], key: str) -> Sequence[tuple[str, ...]]:
    return charts[key].rows if key in charts else ()


def _items(charts: Iterable[Chart]) -> Iterable[ItemRow]:
    for chart in charts:
        names = chart.headings[1:-3]
        for name, *counts, passing, denominator, rate in chart.rows:
            said = "、".join(f"{grade}{count}" for grade, count in zip(names, counts, strict=True))
            yield ItemRow(chart.title.split("：", maxsplit=1)[0], name, said, passing, denominator, rate)


def _of_no_case(paper: Paper, case: CaseFile) -> Facts:
    raise ValueError(f"{paper.key} is made of a year, not of {case.case_id}")


def _blocks() -> tuple[Block, ...]:
    return (
        Text(
            "统计期间：{{ year }} 年度。统计日期：{{ dated }}。各表、各图取自同一份记录，与系统页面一致。", Style.NOTE
        ),
        Text("一、三个阶段的案件", Style.HEADING, when="stages"),
        Image("stages_chart", when="stages_chart"),
        Table(
            "stages",
            (
                Column("阶段", "{{ item.stage }}", 2),
                Column("已办结", "{{ item.closed }}"),
                Column("在办", "{{ item.going }}"),
                Column("逾期", "{{ item.overdue }}"),
                Column("合计", "{{ item.total }}"),
            ),
            when="stages",
        ),
        Text("二、民主测评的到会与收回", Style.HEADING, when="turnout"),
        Image("turnout_chart", when="turnout_chart"),
        Table(
            "turnout",
            (
                Column("测评", "{{ item.poll }}", 2),
                Column("日期", "{{ item.day }}", 1.6),
                Column("对象数", "{{ item.subjects }}", 0.9),
                Column("应到", "{{ item.entitled }}", 0.8),
                Column("实到", "{{ item.present }}", 0.8),
                Column("发出", "{{ item.issued }}", 0.8),
                Column("收回", "{{ item.returned }}", 0.8),
                Column("状态", "{{ item.state }}", 1.2),
            ),
            when="turnout",
        ),
        Text("三、称职率", Style.HEADING, when="rates"),
        Image("rates_chart", when="rates_chart"),
        Table(
            "rates",
            (
                Column("对象", "{{ item.post }}", 1.8),
                Column("年度", "{{ item.year }}", 1.3),
                Column("称职率", "{{ item.rate }}", 1.1),
                Column("称职票", "{{ item.passing }}", 0.9),
                Column("口径票数", "{{ item.denominator }}", 0.9),
                Column("口径", "{{ item.basis }}", 1.2),
                Column("合格线", "{{ item.pass_line }}", 1.1),
                Column("结论", "{{ item.verdict }}", 1.2),
            ),
            when="rates",
        ),
        Table(
            "items",
            (
                Column("对象", "{{ item.post }}", 2.2),
                Column("项目", "{{ item.item }}", 1.2),
                Column("票数", "{{ item.counts }}", 3.4),
                Column("称职票", "{{ item.passing }}", 0.8),
                Column("口径票数", "{{ item.denominator }}", 0.8),
                Column("称职率", "{{ item.rate }}", 1.1),
            ),
            heading="本年度各项等次（有效票不足下限的不列，以免看出是谁投的票）",
            when="items",
        ),
        Text("四、年度考核排名", Style.HEADING, when="ranks"),
        *(Image(f"ranking_chart_{group}", when=f"ranking_chart_{group}") for group in LINES),
        Table(
            "ranks",
            (
                Column("分组", "{{ item.line }}", 1),
                Column("名次", "{{ item.rank }}", 0.7),
                Column("对象", "{{ item.post }}", 2),
                Column("总分", "{{ item.total }}", 1),
                Column("上年名次", "{{ item.before }}", 0.9),
                Column("升降", "{{ item.movement }}", 1.3),
                Column("说明", "{{ item.note }}", 1),
            ),
            when="ranks",
        ),
        Text("五、在办案件的期限", Style.HEADING, when="dues"),
        Image("deadlines_chart", when="deadlines_chart"),
        Table(
            "dues",
            (
                Column("案件", "{{ item.title }}", 3),
                Column("类别", "{{ item.kind }}", 1.2),
                Column("期限", "{{ item.day }}", 1.4),
                Column("灯", "{{ item.light }}", 1.2),
            ),
            when="dues",
        ),
        Ending(),
    )


REPORT = Paper(
    key="year_report",
    title="年度监督工作报告",
    purpose="一年的案件、测评、称职率、排名和期限，图表在前，同样数字的表在后。",
    kinds=(),
    facts=ReportFacts,
    layout=Layout("{{ town }}{{ year }}年度监督工作报告", _blocks()),
    build=_of_no_case,
    ready=lambda case: False,
)
