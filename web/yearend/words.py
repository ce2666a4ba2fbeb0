"""How the year-end pages say numbers and stages; filters of their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from domain.cases.assessment.state import Stage
from domain.printing import decimal_text, print_score
from domain.roster.state import RosterState
from projections.year_end import YearFigures
from web.rendering import templates
from web.yearend.sheet import number_text


@dataclass(frozen=True)
class Step:
    """A step of the year-end work."""

    word: str
    state: str
    """`done`, `now` or `later`."""
    detail: str


def steps_of(figures: YearFigures) -> Iterator[Step]:
    """The steps, where the year is, and what stands beside each."""
    scoring = figures.stage is Stage.SCORING
    lacking = len(figures.missing)
    detail = f"还有 {lacking} 个对象没有评完" if lacking else f"{len(figures.subjects)} 个对象都已评完"
    yield Step("评分", "now" if scoring and lacking else "done", detail)
    state = "done" if not scoring else "later" if lacking else "now"
    taken_back = "异议成立，原公示已撤回，改后重新公示" if figures.withdrawn else ""
    yield Step("排名公示", state, f"{figures.published_on} 公示" if figures.published_on else taken_back)
    pending = sum(each.upheld is None for each in figures.objections)
    hearing = figures.stage in (Stage.PUBLICITY, Stage.OBJECTIONS)
    until = f"至 {figures.publicity_until}" if figures.publicity_until else ""
    yield Step(
        "公示期和异议",
        "now" if hearing else "later" if scoring else "done",
        f"{until}，{pending} 件异议待决定" if pending else until,
    )
    settled = figures.stage in (Stage.FINAL, Stage.ANNULLED)
    undecided = any(line.undecided for line in figures.lines) and not figures.trial
    said = "本年度结果已取消" if figures.stage is Stage.ANNULLED else "有并列末位待裁定" if undecided else ""
    yield Step("定案", ("now" if undecided else "done") if settled else "later", said)
    found = f"{len(figures.vetoes)} 人被建议一票否决" if figures.vetoes else "没有一票否决" if settled else ""
    yield Step("一票否决", "done" if settled and not undecided else "later", found)


def signed(points: Fraction) -> str:
    """Points with their sign."""
    return f"+{decimal_text(points)}" if points > 0 else decimal_text(points)


def share(weight: Fraction) -> str:
    """A weight in per cent."""
    return f"{number_text(weight * 100)}%"


def person(roster: RosterState, key: str) -> str:
    """A head's name: a head who is a deputy stands in the records under the deputy's number."""
    deputy = roster.deputies.get(key)
    return deputy.name if deputy is not None else key


templates.env.filters.update({"points": print_score, "signed": signed, "share": share, "number": number_text})
