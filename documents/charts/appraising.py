"""The pictures of democratic appraisals: grades of each item, and rates over the years."""

from __future__ import annotations

from collections.abc import Sequence

from documents.charts.picture import Picture, rows_high
from documents.charts.style import FONTS, GREY, INK, RED, SCALE, bar, categories, legend, option, values
from domain.printing import print_rate
from projections.figures import Appraised

_ABSTAIN, _INVALID = "#c3c9d1", GREY
_CLASSES = (("不合格", "#f6c9c4"), ("合格", "#cfe8d8"), ("没有结果", "#e6e9ed"))


def grades_picture(each: Appraised) -> Picture:
    """The ballots of every item by grade. No rows where a breakdown would expose voters."""
    rows = each.rows
    again = "（重新测评）" if each.revote else ""
    series = [
        *(
            (name, SCALE[index % len(SCALE)], [row.grades[index] for row in rows])
            for index, name in enumerate(each.grades)
        ),
        ("弃权", _ABSTAIN, [row.abstain for row in rows]),
        ("无效", _INVALID, [row.invalid for row in rows]),
    ]
    return Picture(
        key=f"grades-{each.subject}-{each.year}{'-revote' if each.revote else ''}",
        title=f"{each.name} {each.year} 年民主测评{again}：各项等次",
        about=f"{each.on.isoformat()} 测评，负责人 {each.responsible}；综合称职率 {each.printed}，口径：{basis(each)}；"
        f"合格线 {print_rate(each.pass_rate)}。",
        option=option(
            "；".join(
                f"{row.name}："
                + "，".join(f"{name} {row.grades[index]} 票" for index, name in enumerate(each.grades))
                + f"，弃权 {row.abstain} 票，无效 {row.invalid} 票，称职率 {row.printed or '—'}"
                for row in rows
            ),
            legend=legend(),
            grid={"top": 64, "bottom": 8, "left": 8, "right": 20},
            xAxis=values(minInterval=1),
            yAxis=categories([row.name for row in rows], down=True),
            series=[bar(name, data, colour, stack="ballots", inside=True) for name, colour, data in series],
        ),
        headings=("项目", *each.grades, "弃权", "无效", "称职票", "口径票数", "称职率"),
        rows=tuple(
            (
                row.name,
                *(str(count) for count in row.grades),
                str(row.abstain),
                str(row.invalid),
                str(row.passing),
                str(row.denominator),
                row.printed or "—",
            )
            for row in rows
        ),
        height=rows_high(len(rows), each=40, around=84),
    )


def basis(each: Appraised) -> str:
    """The name of the denominator; of a poll without a rate there is none."""
    name = each.verdict.denominator_name
    return "—" if name is None else name.label


def rates_picture(rates: Sequence[Appraised], year: int) -> Picture:
    """Subjects by years, in each cell the rate and whether it passed."""
    columns = sorted({(each.year, each.revote) for each in rates})
    names = list(dict.fromkeys(each.subject for each in rates))
    called = {each.subject: each.name for each in rates}
    where = {column: index for index, column in enumerate(columns)}
    data = [
        {
            "value": [where[each.year, each.revote], names.index(each.subject), _class_of(each)],
            "name": f"{each.name} {_column(each.year, each.revote)}：{each.printed}",
            "label": {"formatter": f"{each.verdict.rate_printed or '—'} {_CLASSES[_class_of(each)][0]}"},
            "itemStyle": {"decal": "none"},
        }
        for each in rates
    ]
    return Picture(
        key="rates",
        title="各对象历年称职率",
        about=f"截至 {year} 年度。每格是当次测评的综合称职率和结论；分子、分母和口径见表。",
        option=option(
            "；".join(f"{each.name} {_column(each.year, each.revote)} {each.printed}" for each in rates),
            visualMap={
                "type": "piecewise",
                "dimension": 2,
                "pieces": [
                    {"value": index, "label": word, "color": colour} for index, (word, colour) in enumerate(_CLASSES)
                ],
                "orient": "horizontal",
                "left": "center",
                "top": 0,
                "textStyle": {"fontFamily": FONTS, "color": INK},
            },
            grid={"top": 62, "bottom": 8, "left": 8, "right": 16},
            xAxis={**categories([_column(*column) for column in columns]), "position": "top"},
            yAxis=categories([called[subject] for subject in names], down=True),
            series=[
                {
                    "type": "heatmap",
                    "name": "称职率",
                    "itemStyle": {"borderColor": "#fff", "borderWidth": 2},
                    "label": {"show": True, "fontFamily": FONTS, "color": INK},
                    "data": data,
                }
            ],
        ),
        headings=("对象", "年度", "称职率", "称职票", "口径票数", "口径", "合格线", "结论"),
        rows=tuple(rate_cells(each) for each in rates),
        links=tuple(each.path for each in rates),
        height=rows_high(len(names), each=34, around=78),
    )


def rate_cells(each: Appraised) -> tuple[str, ...]:
    """A verdict as a line of a table."""
    verdict = each.verdict
    return (
        each.name,
        _column(each.year, each.revote),
        verdict.rate_printed or "—",
        "—" if verdict.passing is None else str(verdict.passing),
        "—" if verdict.denominator is None else str(verdict.denominator),
        basis(each),
        print_rate(each.pass_rate),
        verdict.verdict.label,
    )


def _column(year: int, revote: bool) -> str:
    return f"{year} 重测" if revote else str(year)


def _class_of(each: Appraised) -> int:
    if each.rate is None:
        return 2
    return 1 if each.rate >= each.pass_rate else 0


def subject_rates_picture(own: Sequence[Appraised], name: str) -> Picture:
    """A subject's rates over the years as a line, with the pass line of each."""
    drawn = [each for each in own if each.rate is not None]
    columns = [_column(each.year, each.revote) for each in drawn]
    return Picture(
        key="subject-rates",
        title=f"{name}：历年称职率",
        about="综合称职率；虚线是当年的合格线。没有结果的测评只列在表里。",
        option=option(
            "；".join(f"{_column(each.year, each.revote)} {each.printed}" for each in own),
            legend=legend(),
            grid={"top": 44, "bottom": 8, "left": 8, "right": 32},
            xAxis=categories(columns),
            yAxis=values(min=0, max=100, axisLabel={"formatter": "{value}%", "fontFamily": FONTS}),
            series=[
                {
                    "type": "line",
                    "name": "称职率",
                    "symbolSize": 9,
                    "lineStyle": {"width": 3, "color": SCALE[0]},
                    "itemStyle": {"color": SCALE[0]},
                    "label": {"show": True, "position": "top", "fontFamily": FONTS, "color": INK},
                    "data": [
                        {"value": float(each.rate * 100), "label": {"formatter": each.verdict.rate_printed}}
                        for each in drawn
                        if each.rate is not None
                    ],
                },
                {
                    "type": "line",
                    "name": "合格线",
                    "symbol": "diamond",
                    "symbolSize": 8,
                    "lineStyle": {"type": "dashed", "color": RED},
                    "itemStyle": {"color": RED},
                    "data": [float(each.pass_rate * 100) for each in drawn],
                },
            ],
        ),
        headings=("对象", "年度", "称职率", "称职票", "口径票数", "口径", "合格线", "结论"),
        rows=tuple(rate_cells(each) for each in own),
        links=tuple(each.path for each in own),
        height=280,
    )
