"""Years last in a row (一票否决), side by side: each year's place, where it is known from, and who answered for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.cases.assessment.commands import JudgeVeto
from domain.policy.document import MissingYear, VetoPolicy
from domain.roster.posts import Post
from domain.rules.tenure import part_year_months
from domain.rules.veto import UnitFlag, Veto
from projections.year_end.figures import YearFigures


@dataclass(frozen=True)
class YearPlace:
    """A subject's place in one year."""

    year: int
    word: str
    """In Chinese: `第 5 名（共 5 名），末位`, `未考核`."""
    last: bool
    undecided: bool
    source: str
    """From which record it is known; empty where there is none."""
    final: bool
    answering: tuple[str, ...]
    """Persons who answered for the post in that year (`veto.part_year_months`), by id."""


@dataclass(frozen=True)
class Streak:
    """A subject that is last this year, or is vetoed or flagged."""

    post: Post
    places: tuple[YearPlace, ...]
    """Earliest first; this year's is the last."""
    in_a_row: int
    """How many years last in a row end with this one, so far as they are decided."""
    needed: int
    vetoes: tuple[Veto, ...]
    flag: UnitFlag | None


def streaks_of(
    year: int, known: Mapping[int, YearFigures], recalled: JudgeVeto, policy: VetoPolicy
) -> tuple[Streak, ...]:
    """The streaks that end with `year`. `known`: the assessments of all years that were not voided, by year."""
    own = known[year]
    flagged = {flag.subject: flag for flag in own.flags}
    vetoed = {veto.subject for veto in own.vetoes}
    published = () if own.trial else own.lines
    last = {row.figures.post.id for line in published for row in line.rows if row.last or row.undecided}
    found = []
    for subject in own.subjects:
        key = subject.post.id
        if key not in last and key not in flagged and key not in vetoed:
            continue
        vetoes = tuple(veto for veto in own.vetoes if veto.subject == key)
        held = [*(years for veto in vetoes for years in veto.years), *(flagged[key].years if key in flagged else ())]
        first = min(year - policy.streak + 1, *held) if held else year - policy.streak + 1
        places = tuple(_place(key, each, known, recalled, policy) for each in range(first, year + 1))
        in_a_row = _in_a_row(key, year, known, recalled, policy)
        found.append(Streak(subject.post, places, in_a_row, policy.streak, vetoes, flagged.get(key)))
    return tuple(found)


def _place(
    subject: str, year: int, known: Mapping[int, YearFigures], recalled: JudgeVeto, policy: VetoPolicy
) -> YearPlace:
    figures = known.get(year)
    if figures is None:
        return _from_history(subject, year, recalled)
    answering = part_year_months(policy, recalled.tenures, subject, year)
    source = f"{year} 年度考核"
    for line in figures.lines if not figures.trial else ():
        for row in line.rows:
            if row.figures.post.id == subject:
                word = f"第 {row.rank} 名（共 {len(line.rows)} 名）"
                note = "，末位" if row.last else "，并列末位待裁定" if row.undecided else ""
                note = "，组内太少不定末位" if line.too_small else note
                if figures.annulled_on is not None:
                    note = "，本年度结果已取消"
                elif not figures.final:
                    note += "，尚未定案"
                return YearPlace(year, word + note, row.last, row.undecided, source, figures.final, answering)
    word = (
        "本年度结果已取消" if figures.annulled_on is not None else "未参加考核" if figures.published_on else "尚未公示"
    )
    return YearPlace(year, word, False, False, source, False, answering)


def _from_history(subject: str, year: int, recalled: JudgeVeto) -> YearPlace:
    rows = [row for row in recalled.history if row.year == year]
    if not rows:
        return YearPlace(year, "没有记录（未考核）", False, False, "", False, ())
    persons = tuple(dict.fromkeys(row.person for row in rows if row.subject == subject))
    word = "末位" if persons else "不是末位"
    return YearPlace(year, word, bool(persons), False, "往年末位登记（两人签署）", True, persons)


def _in_a_row(
    subject: str, year: int, known: Mapping[int, YearFigures], recalled: JudgeVeto, policy: VetoPolicy
) -> int:
    first = min([*known, *(row.year for row in recalled.history)])
    count = 0
    for each in range(year, first - 1, -1):
        place = _place(subject, each, known, recalled, policy)
        if place.last:
            count += 1
        elif _missing(subject, each, known, recalled) and policy.missing_year is MissingYear.BRIDGED:
            continue
        else:
            break
    return count


def _missing(subject: str, year: int, known: Mapping[int, YearFigures], recalled: JudgeVeto) -> bool:
    """Whether the subject has no place at all in a year, which `veto.missing_year` may bridge."""
    figures = known.get(year)
    if figures is None:
        return not any(row.year == year for row in recalled.history)
    if figures.annulled_on is not None:
        return True
    lines = [line for line in figures.lines if any(row.figures.post.id == subject for row in line.rows)]
    return not lines or lines[0].too_small
