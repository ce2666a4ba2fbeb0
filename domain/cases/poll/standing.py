"""Where a case stands with polls: in one, or free for the next. The same for a first poll and for a re-vote."""

from __future__ import annotations

from collections.abc import Collection

from domain.acts import Refusal


def refuse_another(current: str | None, past: Collection[str], wanted: str) -> None:
    """Refuse `wanted` while the case waits for a poll, or where that poll gave it a result. Raises `Refusal`."""
    if current is not None:
        raise Refusal("poll_pending", f"本案已列入测评 {current}；须等其结果，或先从中撤出。")
    if wanted in past:
        raise Refusal("poll_used", f"测评 {wanted} 已有结果；请列入新的测评。")


def refuse_stranger(current: str | None, poll_id: str, consequence: str) -> None:
    """Refuse what concerns a poll that the case is not in; `consequence` says what is not done. Raises `Refusal`."""
    if current != poll_id:
        raise Refusal("not_put_to_poll", f"本案没有列入测评 {poll_id}，{consequence}。")
