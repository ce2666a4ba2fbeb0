"""What happens in the sample town in three years: who fails, who is last, whose head changes, and what follows."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

YEARS = (2024, 2025, 2026)
OPENS = {2024: date(2024, 1, 8), 2025: date(2025, 1, 6), 2026: date(2026, 1, 5)}
YEAR_END = {2024: date(2024, 12, 20), 2025: date(2025, 12, 22), 2026: date(2026, 12, 21)}
PRESENT = {2024: 56, 2025: 58, 2026: 57}

HEADS = {
    2025: [("njz", "田海明", "2025-08-01")],
    2026: [("mg_zs", "段俊峰", "2026-02-01"), ("bdck", "乔玉梅", "2026-05-06")],
}
"""庙沟's secretary is last three times, but under two heads: the unit is flagged and nobody is vetoed."""

LAST = {
    2024: ("slz", "btck", "mg_zs", "yym_zr"),
    2025: ("slz", "swck", "mg_zs", "yym_zr"),
    2026: ("slz", "mzck", "mg_zs", "yym_zr"),
}
TIED = {2025: ("dyd_zr", "yym_zr")}
"""Equal in everything; 蚰蜒峁's director is decided to be last, by hand."""

VETOES = [
    {"person": "韩仲明", "subject": "slz", "years": list(YEARS), "effect": "proposal"},
    {"person": "李振华", "subject": "yym_zr", "years": list(YEARS), "effect": "proposal"},
]


class Failure(NamedTuple):
    """A poll that fails: what is done about it, and what comes of that."""

    play: dict[str, Any]
    outcome: str
    more: dict[str, Any]


def _revote(day: str, year: int, excellent: int, competent: int) -> dict[str, Any]:
    rest = PRESENT[year] - excellent - competent
    counts = {"excellent": excellent, "competent": competent, "basically_competent": rest - 5, "incompetent": 5}
    return {"date": day, "present": PRESENT[year], "overall": counts}


FAILURES: dict[tuple[int, str], Failure] = {
    (2024, "slz"): Failure(
        {
            "plan_on": "2024-07-05",
            "report_on": "2024-09-10",
            "acceptance": {"date": "2024-09-13", "decision": "accept"},
            "revote": _revote("2024-09-24", 2024, 12, 28),
        },
        "closed",
        {"due": "2024-09-25", "overdue_since": None},
    ),
    (2024, "btck"): Failure({}, "overdue", {"due": "2024-09-25", "overdue_since": "2024-09-26"}),
    (2024, "mg_zs"): Failure(
        {
            "plan_on": "2024-08-12",
            "extension": [{"date": "2024-10-18", "months": 1}],
            "report_on": "2024-11-20",
            "acceptance": {"date": "2024-11-25", "decision": "accept"},
            "revote": _revote("2024-11-28", 2024, 10, 27),
        },
        "closed",
        {"due": "2024-10-30", "extended_due": "2024-12-02"},  # 11-30 is a Saturday
    ),
    (2025, "slz"): Failure(
        {
            "plan_on": "2025-07-04",
            "report_on": ["2025-08-29", "2025-09-12"],
            "acceptance": [
                {"date": "2025-09-03", "decision": "reject", "reason": "渠道清淤没有完成"},
                {"date": "2025-09-16", "decision": "accept"},
            ],
            "revote": _revote("2025-09-24", 2025, 8, 20),
        },
        "second_failure",
        {"proposal_for_handling": True},
    ),
    (2025, "yym_zr"): Failure(
        {
            "plan_on": "2025-08-11",
            "extension": [{"date": "2025-10-17", "months": 1}, {"date": "2025-10-27", "months": 1}],
            "report_on": "2025-11-18",
            "acceptance": {"date": "2025-11-21", "decision": "accept"},
            "revote": _revote("2025-11-27", 2025, 15, 25),
        },
        "closed",
        {"extended_due": "2025-12-01", "refused_extensions": [{"date": "2025-10-27", "reason": "already_extended"}]},
    ),
    (2026, "xmz"): Failure(
        {
            "plan_on": "2026-07-06",
            "extension": [{"date": "2026-09-08", "months": 1, "agreed": False}],
            "report_on": "2026-09-10",
            "acceptance": {"date": "2026-09-15", "decision": "accept"},
            "revote": _revote("2026-09-22", 2026, 14, 27),
        },
        "closed",
        {"refused_extensions": [{"date": "2026-09-08", "reason": "not_agreed"}]},
    ),
    (2026, "mg_zs"): Failure(
        {
            "report_on": "2026-11-09",
            "acceptance": {"date": "2026-11-12", "decision": "accept"},
            "revote": _revote("2026-11-19", 2026, 11, 30),
        },
        "closed",
        {"overdue_since": "2026-10-31", "proposal_for_handling": True},
    ),
}

PROJECTS = (
    ("唐家会", "新建育苗大棚"),
    ("坪泉", "梁上管道提水"),
    ("焦尾城", "葡萄园防渗渠"),
    ("沙畔", "新农村住宅楼三期配套"),
    ("科村", "硬化文化广场"),
    ("蚰蜒峁", "改建幼儿园"),
    ("岱獄殿", "五保老人住宅"),
    ("邬家沙梁", "文化剧场修缮"),
)
