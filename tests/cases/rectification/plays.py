"""Rectifications as far as tests want them to have come; the dates are those of the one-year scenario."""

from __future__ import annotations

from typing import Any

from domain.cases.poll.result import PollResult, TakeRevoteResult
from domain.cases.rectification import DECIDER
from domain.cases.rectification import commands as do
from domain.cases.rectification.state import RectificationState
from domain.policy.document import Policy
from tests.cases.examples import FAILED, LYS
from tests.cases.harness import Play

Rectifying = Play[RectificationState]

SERVED = "2025-06-20"
ACCEPT = do.DecideOnReport(decision=do.ReportDecision.ACCEPT)
REJECT = do.DecideOnReport(decision=do.ReportDecision.REJECT, reason="措施没有落实")
PLAN = do.SubmitPlan(text="整改方案")
REPORT = do.SubmitRectificationReport(text="整改报告")


def served(on: str = SERVED, **policy: Any) -> Rectifying:
    """Notice served. `policy`: keys of its section `rectification`."""
    play = Play(DECIDER, policy=Policy.model_validate({"rectification": policy}))
    play.tell(on, do.OpenRectification(year=2025, subject=LYS, failed=FAILED))
    play.act(on, do.ServeNotice())
    return play


def accepted(**policy: Any) -> Rectifying:
    """Plan, report and acceptance in time."""
    play = served(**policy)
    play.act("2025-07-01", PLAN)
    play.act("2025-09-15", REPORT)
    play.act("2025-09-18", ACCEPT)
    return play


def revote(play: Rectifying, result: PollResult) -> None:
    """Put to the poll of a result, on its day, and told the result."""
    play.act(result.on, do.PutToRevote(poll_id=result.poll_id))
    play.tell(result.on, TakeRevoteResult(poll_id=result.poll_id, result=result))


def reminded(play: Rectifying) -> list[str]:
    """The days on which reminders were sent."""
    return [sent.on.isoformat() for sent in play.state.reminders]
