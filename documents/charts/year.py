"""The pictures of a town's year."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from documents.charts.appraising import grades_picture, rates_picture
from documents.charts.picture import Picture, rows_high
from documents.charts.style import (
    BLUE,
    FONTS,
    GREEN,
    GREY,
    INK,
    LINE,
    RED,
    SOFT,
    bar,
    categories,
    legend,
    option,
    values,
)
from projections.figures import Due, Ranked, StageFigure, TownYear, Turnout
from projections.year_end.figures import LINES

_LIGHTS = {"red": "逾期", "yellow": "七天内到期", "green": "期限内"}
_LIGHT_COLOURS = {"red": RED, "yellow": "#d1a11c", "green": GREEN}
_WORST = ("green", "yellow", "red")


def pictures_of_year(figures: TownYear, names: Mapping[str, str], *, grades: bool = True) -> list[Picture]:
    """All pictures of a year, those without figures left out. `names`: the words for kinds of case.

    `grades`: with one of each subject's grades, which a page of its own shows.
    """
    found = [
        stages_picture(figures.stages, figures.year),
        turnout_picture(figures.turnout, figures.year),
        rates_picture(figures.rates, figures.year),
        *(grades_picture(each) for each in figures.appraised if grades),
        *rankings_pictures(figures.ranked, figures.year),
        deadlines_picture(figures.dues, figures.year, names),
    ]
    return [each for each in found if not each.empty]


def stages_picture(stages: Sequence[StageFigure], year: int) -> Picture:
    """The year's three stages: cases closed, going on in time, and overdue."""
    parts = (
        ("已办结", GREEN, [each.closed for each in stages]),
        ("在办", BLUE, [each.going for each in stages]),
        ("逾期", RED, [each.overdue for each in stages]),
    )
    totals = [each.closed + each.going + each.overdue for each in stages]
    said = "；".join(
        f"{each.name}：已办结 {each.closed} 件，在办 {each.going} 件，逾期 {each.overdue} 件" for each in stages
    )
    return Picture(
        key="stages",
        title=f"{year} 年度三个阶段的案件",
        about=f"{year} 年度立案的案件，按当前状态；逾期指已过当前期限仍未办理。",
        option=option(
            said,
            legend=legend(),
            grid={"top": 44, "bottom": 8, "left": 8, "right": 16},
            xAxis=values(minInterval=1),
            yAxis=categories([each.name for each in stages], down=True),
            series=[bar(name, data, colour, stack="cases", inside=True) for name, colour, data in parts],
        ),
        headings=("阶段", "已办结", "在办", "逾期", "合计"),
        rows=tuple(
            (each.name, str(each.closed), str(each.going), str(each.overdue), str(total))
            for each, total in zip(stages, totals, strict=True)
        )
        if any(totals)
        else (),
        height=rows_high(3, each=52, around=70),
    )


def turnout_picture(turnout: Sequence[Turnout], year: int) -> Picture:
    """Polls: entitled, present, issued, returned."""
    polls = Counter(each.poll for each in turnout)
    names = [_poll(each, alone=polls[each.poll] == 1) for each in turnout]
    series = (
        ("应到", GREY, [each.entitled for each in turnout]),
        ("实到", BLUE, [each.present for each in turnout]),
        ("发出", "#d1a11c", [each.issued for each in turnout]),
        ("收回", GREEN, [each.returned for each in turnout]),
    )
    return Picture(
        key="turnout",
        title=f"{year} 年度历次测评的到会与收回",
        about="应到不含对该对象回避的代表；同一次测评中人数、票数不同的对象分行列出。",
        option=option(
            "；".join(f"{name}：{_turnout_words(each)}" for name, each in zip(names, turnout, strict=True)),
            legend=legend(),
            grid={"top": 44, "bottom": 8, "left": 8, "right": 44},
            xAxis=values("", minInterval=1),
            yAxis=categories(names, down=True),
            series=[_beside(name, data, colour) for name, colour, data in series],
        ),
        headings=("测评", "日期", "对象数", "应到", "实到", "发出", "收回", "状态"),
        rows=tuple(
            (
                name,
                each.day.isoformat() if each.day is not None else "",
                str(each.subjects),
                str(each.entitled),
                str(each.present),
                str(each.issued),
                "" if each.returned is None else str(each.returned),
                each.stage,
            )
            for name, each in zip(names, turnout, strict=True)
        ),
        links=tuple(each.path for each in turnout),
        height=rows_high(len(turnout), each=92, around=64),
    )


def _beside(name: str, data: Sequence[int | None], colour: str) -> dict[str, object]:
    series = bar(name, data, colour)
    return {**series, "label": {**series["label"], "position": "right", "color": INK}, "barMaxWidth": 16}


def _poll(each: Turnout, *, alone: bool) -> str:
    name = f"{each.poll}（再次测评）" if each.revote else each.poll
    return name if alone else f"{name}·{each.subjects} 个对象"


def _turnout_words(each: Turnout) -> str:
    returned = "未计票" if each.returned is None else f"收回 {each.returned}"
    return f"应到 {each.entitled}，实到 {each.present}，发出 {each.issued}，{returned}"


def rankings_pictures(ranked: Sequence[Ranked], year: int) -> list[Picture]:
    """A picture a line (一条龙排队), with the movement against last year."""
    lines: dict[str, list[Ranked]] = {}
    for each in ranked:
        lines.setdefault(each.line, []).append(each)
    return [_ranking(line, rows, year) for line, rows in lines.items()]


def _ranking(line: str, rows: Sequence[Ranked], year: int) -> Picture:
    name = LINES.get(line, line)
    data = [
        {
            "value": float(each.total),
            "label": {"formatter": f"{each.printed}　{each.movement}{_last(each)}"},
            "itemStyle": {"color": RED if each.last else BLUE, "decal": "none"},
        }
        for each in rows
    ]
    final = all(each.final for each in rows)
    return Picture(
        key=f"ranking-{line}",
        title=f"{year} 年度考核排名：{name}",
        about=f"双百分总分从高到低{'' if final else '；公示期内，尚未定案'}。升降与 {year - 1} 年度同组排名相比。",
        option=option(
            "；".join(f"第 {each.rank} 名 {each.name} {each.printed} 分，{each.movement}" for each in rows),
            grid={"top": 8, "bottom": 8, "left": 8, "right": 150},
            xAxis=values(min=0),
            yAxis=categories([f"{each.rank}  {each.name}" for each in rows], down=True),
            series=[
                {
                    "type": "bar",
                    "name": "总分",
                    "barMaxWidth": 20,
                    "label": {"show": True, "position": "right", "fontFamily": FONTS, "color": INK},
                    "data": data,
                }
            ],
        ),
        headings=("名次", "对象", "总分", "上年名次", "升降", "说明"),
        rows=tuple(
            (
                str(each.rank),
                each.name,
                each.printed,
                "—" if each.before is None else str(each.before),
                each.movement,
                _last(each).strip("　") or "—",
            )
            for each in rows
        ),
        height=rows_high(len(rows), each=34, around=44),
    )


def subject_ranks_picture(own: Sequence[Ranked], name: str) -> Picture:
    """A subject's places over the years, the first place at the top."""
    lines = list(dict.fromkeys(each.line for each in own))
    years = sorted({each.year for each in own})
    placed = {(each.line, each.year): each.rank for each in own}
    series = [
        {
            "type": "line",
            "name": LINES.get(line, line),
            "symbolSize": 9,
            "lineStyle": {"width": 3},
            "label": {"show": True, "position": "top", "fontFamily": FONTS, "color": INK, "formatter": "第 {c} 名"},
            "data": [placed.get((line, year)) for year in years],
        }
        for line in lines
    ]
    return Picture(
        key="subject-ranks",
        title=f"{name}：历年考核名次",
        about="同组内的名次，第 1 名在最上。没有公布排名的年份空着。",
        option=option(
            "；".join(f"{each.year} 年度第 {each.rank} 名，{each.movement}" for each in own),
            legend=legend(),
            grid={"top": 56, "bottom": 8, "left": 8, "right": 32},
            xAxis=categories([str(year) for year in years]),
            yAxis=values(inverse=True, min=1, minInterval=1),
            series=series,
        ),
        headings=("年度", "分组", "名次", "总分", "升降", "说明"),
        rows=tuple(
            (
                str(each.year),
                LINES.get(each.line, each.line),
                str(each.rank),
                each.printed,
                each.movement,
                (_last(each).strip("　") or "—") + ("" if each.final else "（未定案）"),
            )
            for each in reversed(own)
        ),
        height=240,
    )


def _last(each: Ranked) -> str:
    return "　末位" if each.last else "　末位待定" if each.undecided else ""


def deadlines_picture(dues: Sequence[Due], year: int, kinds: Mapping[str, str]) -> Picture:
    """A calendar of the open cases' deadlines; a day has the colour of its most urgent light, and their number."""
    by_day: dict[date, list[Due]] = {}
    for each in dues:
        by_day.setdefault(each.day, []).append(each)
    days = sorted(by_day)
    first, last = (days[0], days[-1]) if days else (date(year, 1, 1), date(year, 1, 31))
    data = [
        {
            "value": [day.isoformat(), _urgency(by_day[day])],
            "name": f"{day.isoformat()}：{len(by_day[day])} 件",
            "label": {
                "show": True,
                "formatter": str(len(by_day[day])),
                "color": "#fff",
                "textBorderColor": INK,
                "textBorderWidth": 2,
                "fontFamily": FONTS,
            },
            "itemStyle": {"decal": "none"},
        }
        for day in days
    ]
    pieces = [
        {"value": _WORST.index(key), "label": word, "color": _LIGHT_COLOURS[key]} for key, word in _LIGHTS.items()
    ]
    months = [f"{number}月" for number in range(1, 13)]
    return Picture(
        key="deadlines",
        title=f"{year} 年度案件的期限",
        about="在办案件的当前期限；同一天有几件的，方格里写件数，颜色取最急的一件。",
        option=option(
            "；".join(f"{day.isoformat()} 到期 {len(by_day[day])} 件，{_worst_word(by_day[day])}" for day in days),
            visualMap={
                "type": "piecewise",
                "pieces": pieces,
                "dimension": 1,
                "orient": "horizontal",
                "left": "center",
                "top": 0,
                "textStyle": {"fontFamily": FONTS, "color": INK},
            },
            calendar={
                "range": [
                    first.replace(day=1).isoformat(),
                    last.replace(day=monthrange(last.year, last.month)[1]).isoformat(),
                ],
                "top": 72,
                "bottom": 8,
                "left": 48,
                "right": 16,
                "cellSize": ["auto", "auto"],
                "splitLine": {"lineStyle": {"color": SOFT}},
                "itemStyle": {"color": "#fff", "borderColor": LINE},
                "dayLabel": {"firstDay": 1, "nameMap": list("日一二三四五六"), "fontFamily": FONTS},
                "monthLabel": {"nameMap": months, "fontFamily": FONTS},
                "yearLabel": {"show": False},
            },
            series=[{"type": "heatmap", "name": "期限", "coordinateSystem": "calendar", "data": data}],
        ),
        headings=("案件", "类别", "期限", "灯"),
        rows=tuple(
            (each.title, kinds.get(each.kind.value, each.kind.value), each.day.isoformat(), _LIGHTS[each.light])
            for each in sorted(dues, key=lambda one: (one.day, one.title))
        ),
        links=tuple(each.path for each in sorted(dues, key=lambda one: (one.day, one.title))),
        height=300,
    )


def _urgency(dues: Iterable[Due]) -> int:
    return max(_WORST.index(each.light) for each in dues)


def _worst_word(dues: Iterable[Due]) -> str:
    return _LIGHTS[_WORST[_urgency(dues)]]
