"""What a verification found: the first thing that does not fit, with its place, or that all fits."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class FaultKind(StrEnum):
    """Why something does not fit."""

    DIGEST = "digest"
    """The row is not the one its digest was computed over."""
    GAP = "gap"
    """Positions are missing before this event."""
    STREAM_ORDER = "stream_order"
    """The version does not follow the one before it in its stream."""
    COUNTER = "counter"
    """The counter row does not agree with the last event: some are missing at the end, or were added past the store."""
    CHECKPOINT = "checkpoint"
    """A checkpoint was sealed over other events than these."""
    SIGNATURE = "signature"
    """A checkpoint's note is not what was signed."""
    GUARD = "guard"
    """A trigger or the row-level security of a table was switched off."""


class LogFault(BaseModel):
    """The first thing that does not fit. Fields of the event are None where no event can be named."""

    model_config = ConfigDict(frozen=True)

    kind: FaultKind
    town: str
    message: str
    """What is wrong, in Chinese."""
    position: int | None = None
    stream: str | None = None
    version: int | None = None
    event_id: UUID | None = None

    def __str__(self) -> str:
        place = [self.town]
        if self.position is not None:
            place.append(f"第 {self.position} 条")
        if self.stream is not None:
            place.append(f"{self.stream} 第 {self.version} 版")
        if self.event_id is not None:
            place.append(str(self.event_id))
        return f"{' · '.join(place)}：{self.message}"


class Verification(BaseModel):
    """The result for one town."""

    model_config = ConfigDict(frozen=True)

    town: str
    events: int
    """Events that were checked; up to the fault, if there is one."""
    digest: str
    """Digest of the last event that fits, in hexadecimal: what a paper copy can be compared with."""
    checkpoints: int
    """Checkpoints that fit, kept ones included."""
    signatures_checked: bool
    """False when no public key was given: the checkpoints were compared with the log, their signatures were not."""
    fault: LogFault | None = None

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return self.fault is None
