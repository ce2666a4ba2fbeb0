"""Faults found in what a person wrote (a policy, a scenario, a roster): all of them at once, each with its place."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fault(BaseModel):
    """One fault: where it is, and what to do (in Chinese).

    `path` is that of the value: `appraisal.pass_rate`, `cycles[0].year_end.date`.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    message: str
    line: int | None = None
    """Line in the file, from 1; None where the value came from no file."""

    def __str__(self) -> str:
        place = f"第 {self.line} 行 " if self.line is not None else ""
        return f"{place}{self.path}：{self.message}"


class Invalid(ValueError):
    """A document with at least one fault; nothing of it was accepted."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
