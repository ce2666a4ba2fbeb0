"""What an append asks and what it is told. JSON-able both ways, since activities receive and return them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.events import AnyEvent, Metadata, Recorded

NEW_STREAM = -1
"""Expected version of a stream that has no event yet."""


class Verdict(StrEnum):
    """What became of an append."""

    APPENDED = "appended"
    DUPLICATE = "duplicate"
    """The command id was accepted before: `events` are the original ones. Not an error."""
    CONFLICT = "conflict"
    """The stream is not at the expected version: reload, fold, decide again."""
    STALE_EPOCH = "stale_epoch"
    """The stream was recovered by another run since: this writer must end."""


class AppendRequest(BaseModel):
    """The events of one command, for one stream. All of them are recorded, one after the other, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    town: str = Field(min_length=1)
    stream: str = Field(min_length=1)
    expected_version: int = Field(ge=NEW_STREAM)
    """Version of the stream's last event that the decision was made on; `NEW_STREAM` for none."""
    epoch: int = Field(default=0, ge=0)
    """The epoch of the writer; 0 until a recovery raised it."""
    events: tuple[AnyEvent, ...] = Field(min_length=1)
    metadata: Metadata

    @property
    def command_id(self) -> str:
        """Unique in the town, whatever the stream; an id derived from a date must hold the case's too."""
        return self.metadata.command_id

    @model_validator(mode="after")
    def _storable(self) -> AppendRequest:
        if not self.metadata.command_id:
            raise ValueError("an append needs a command id")
        if self.metadata.business_time.tzinfo is None:
            raise ValueError("business time needs a time zone")
        return self


class AppendResult(BaseModel):
    """The verdict on one append."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    events: tuple[Recorded, ...] = ()
    """The recorded events: of this append, or, for a duplicate, of the one before. Empty for a refusal."""
    actual_version: int
    """Version of the stream's last event after this append; `NEW_STREAM` for none."""
    epoch: int
    """The epoch of the stream in force."""


class CommandTaken(Exception):
    """The command id belongs to an append to another stream of the town: two acts, one id. A fault of the caller."""

    def __init__(self, town: str, stream: str, command_id: str) -> None:
        super().__init__(f"command id {command_id!r} for stream {stream!r} of {town!r} was used for another stream")
        self.town = town
        self.stream = stream
        self.command_id = command_id


class StoreUnavailable(Exception):
    """The database cannot be reached, or went away: the append may or may not have been recorded.

    Send it again under the same command id; that is what the id is for.
    """
