"""Posts, figures and verdicts that several cases' tests share."""

from __future__ import annotations

from datetime import date

from domain.cases.poll.result import PollResult, PollStatus
from domain.roster.posts import Post, SubjectKind
from domain.rules.counting import Attendance, ItemCount
from domain.rules.verdict import Outcome, Verdict

LYS = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="赵永胜")
FAILED = Verdict(verdict=Outcome.FAIL, valid=60, passing=35)


def counted(
    poll_id: str,
    on: str,
    *,
    passing: int,
    failing: int,
    invalid: int = 0,
    abstain: int = 0,
    dimensions: dict[str, ItemCount] | None = None,
) -> PollResult:
    """The result of a counted poll in which everybody of 60 was present."""
    overall = ItemCount(grades={"competent": passing, "incompetent": failing}, abstain=abstain, invalid=invalid)
    return PollResult(
        poll_id=poll_id,
        status=PollStatus.COUNTED,
        on=date.fromisoformat(on),
        attendance=Attendance(entitled=60, present=60, issued=60),
        returned=overall.returned,
        overall=overall,
        dimensions=dimensions or {},
    )


def uncounted(poll_id: str, on: str, status: PollStatus, *, present: int = 60) -> PollResult:
    """The result of a poll that decided nothing."""
    attendance = Attendance(entitled=60, present=present, issued=present)
    return PollResult(poll_id=poll_id, status=status, on=date.fromisoformat(on), attendance=attendance)
