"""A town's year with known figures, for the tests of pictures and of the year's report."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from domain.cases.case import CaseKind
from domain.cases.poll.result import PollResult, PollStatus
from domain.policy.document import AppraisalPolicy, Policy
from domain.rules.counting import Attendance, ItemCount
from projections.figures import Appraised, Due, Ranked, StageFigure, TownYear, Turnout, grade_rows

POLICY: AppraisalPolicy = Policy().appraisal
DAY = date(2026, 9, 18)


def item(*counts: int, abstain: int = 0, invalid: int = 0) -> ItemCount:
    return ItemCount(grades=dict(zip(POLICY.grade_keys, counts, strict=True)), abstain=abstain, invalid=invalid)


def appraised(
    subject: str,
    name: str,
    overall: ItemCount,
    *,
    year: int = 2026,
    revote: bool = False,
    dimensions: dict[str, ItemCount] | None = None,
) -> Appraised:
    """A poll's verdict as the domain judges it."""
    result = PollResult(
        poll_id=f"{year}-P1",
        status=PollStatus.COUNTED,
        on=DAY.replace(year=year),
        attendance=Attendance(entitled=60, present=55, issued=overall.returned),
        returned=overall.returned,
        overall=overall,
        dimensions=dimensions or {},
    )
    verdict = result.verdict(POLICY)
    return Appraised(
        year=year,
        subject=subject,
        name=name,
        responsible="赵永胜",
        on=result.on,
        revote=revote,
        path=f"/cases/appraisal/{year}-{subject}",
        verdict=verdict,
        grades=tuple(grade.name for grade in POLICY.grades),
        rows=grade_rows(result, verdict, POLICY),
        pass_rate=POLICY.pass_rate,
    )


DIMENSIONS = {
    "thought": item(20, 15, 10, 5, abstain=4),
    "ability": item(10, 15, 19, 6, abstain=3, invalid=1),
    "style": item(18, 17, 10, 5, abstain=4),
    "achievement": item(12, 15, 15, 8, abstain=4),
    "integrity": item(25, 20, 4, 1, abstain=4),
}
STATION = appraised("lyz", "林业站", item(12, 19, 10, 6, abstain=4, invalid=3), dimensions=DIMENSIONS)
WINDOW = appraised("wsy", "卫生院窗口", item(10, 18, 14, 6))
AGAIN = appraised("wsy", "卫生院窗口", item(16, 24, 6, 2), revote=True)
BEFORE = appraised("lyz", "林业站", item(20, 20, 5, 5), year=2025)
SMALL = appraised("sbs", "社保所", item(1, 0, 1, 0))
"""Two valid ballots: a breakdown would expose who cast them."""


def ranked(rank: int, name: str, total: str, before: int | None, *, last: bool = False) -> Ranked:
    return Ranked(
        year=2026,
        line="station",
        subject=name,
        name=name,
        rank=rank,
        total=Fraction(total),
        printed=total,
        last=last,
        undecided=False,
        final=True,
        before=before,
    )


YEAR = TownYear(
    year=2026,
    stages=(
        StageFigure("事前监督", closed=3, going=2, overdue=1),
        StageFigure("事中监督", closed=5, going=7, overdue=0),
        StageFigure("事后监督", closed=0, going=1, overdue=0),
    ),
    appraised=(STATION, WINDOW, AGAIN, SMALL),
    rates=(BEFORE, STATION, WINDOW, AGAIN, SMALL),
    ranked=(
        ranked(1, "林业站", "188.50", 3),
        ranked(2, "财政所", "182.00", 2),
        ranked(3, "水利站", "171.50", None),
        ranked(4, "司法所", "160.25", 1, last=True),
    ),
    dues=(
        Due(date(2026, 10, 12), CaseKind.RECTIFICATION, "/cases/rectification/2026-wsy", "卫生院窗口限期整改", "red"),
        Due(date(2026, 10, 12), CaseKind.PROPOSAL, "/cases/proposal/2026-T1", "唐家会村道路硬化", "green"),
        Due(date(2026, 12, 7), CaseKind.PROPOSAL, "/cases/proposal/2026-T2", "饮水工程", "yellow"),
    ),
    turnout=(
        Turnout("P1", "/cases/poll/2026-P1", DAY, False, 3, 60, 55, 55, 54, "已计票"),
        Turnout("P1", "/cases/poll/2026-P1", DAY, False, 1, 58, 53, 53, 52, "已计票"),
        Turnout("P2", "/cases/poll/2026-P2", DAY, True, 1, 60, 48, 48, None, "投票中"),
    ),
)
