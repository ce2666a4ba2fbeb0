"""What a check of the installation found, as the status page, the probes and `jiandu doctor` say it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class State(StrEnum):
    """How a thing is. The word stands beside the colour everywhere."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"

    @property
    def word(self) -> str:
        """In Chinese."""
        return {State.OK: "正常", State.WARNING: "注意", State.ERROR: "故障"}[self]


class Finding(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    key: str
    """For programs, e.g. `postgres`."""
    title: str
    state: State
    detail: str
    """What was found, in Chinese."""
    advice: str = ""
    """What to do (怎么办), empty when all is well."""


Check = Callable[[], Awaitable[Finding]]
"""Looks at one thing. It answers with a finding, whatever happens."""


def worst(findings: Sequence[Finding]) -> State:
    """The state of the whole."""
    states = {finding.state for finding in findings}
    return next((state for state in (State.ERROR, State.WARNING) if state in states), State.OK)
