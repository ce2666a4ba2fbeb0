"""What a poll found is shown as a table, and not at all where few voted."""

from __future__ import annotations

from datetime import date

import pytest

from domain.cases.poll.events import Counted
from domain.cases.poll.result import PollResult, PollStatus
from domain.policy.document import Policy
from domain.rules.counting import Attendance, ItemCount
from web.counted import counted_of

RULES = Policy().appraisal


def counted(excellent: int, incompetent: int) -> Counted:
    """A count in which every item got the same marks."""
    voted = excellent + incompetent
    item = ItemCount(
        grades={"excellent": excellent, "competent": 0, "basically_competent": 0, "incompetent": incompetent}
    )
    result = PollResult(
        poll_id="2026-P1",
        status=PollStatus.COUNTED,
        on=date(2026, 6, 1),
        attendance=Attendance(entitled=voted, present=voted, issued=voted),
        returned=voted,
        overall=item,
        dimensions={each.key: item for each in RULES.dimensions},
    )
    return Counted(results={"lyz": result}, on=date(2026, 6, 1))


def test_a_count_is_a_table_with_its_verdict_and_what_the_rate_rests_on() -> None:
    (part,) = counted_of(counted(20, 20), RULES, {"lyz": "林业站"})
    assert part.subject == "林业站"
    assert part.said.startswith("不合格，称职率 50.00%（20/40，口径：")
    assert part.attendance == "应到 40，实到 40，发出 40，收回 40"
    assert list(part.grades) == ["优秀", "称职", "基本称职", "不称职"]
    assert part.lines[0] == ("综合评价", [20, 0, 0, 20, 0, 0])
    assert len(part.lines) == 1 + len(RULES.dimensions)


@pytest.mark.parametrize("few", [1, 2])
def test_where_few_voted_no_breakdown_is_shown(few: int) -> None:
    (part,) = counted_of(counted(few, 0), RULES, {})
    assert (part.grades, part.lines) == ((), ())
