"""The subjects of a year."""

from __future__ import annotations

from domain.acts import Refusal
from domain.cases.cycle.state import CycleState


def refuse_unknown(state: CycleState, subject: str) -> None:
    """Refuse a subject that the year does not know. Raises `Refusal`."""
    if subject not in state.subjects:
        raise Refusal("unknown_subject", f"{subject} 不在 {state.year} 年度考核对象名单中；请核对编号。")
