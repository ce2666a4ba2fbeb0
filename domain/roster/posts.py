"""The posts that are appraised and assessed, and who answers for them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class SubjectKind(StrEnum):
    """The kinds of appraised subject; the value is also the name of a ranking's group."""

    STATION = "station"
    WINDOW = "window"
    VILLAGE_SECRETARY = "village_secretary"
    VILLAGE_DIRECTOR = "village_director"
    VILLAGE = "village"


class Post(BaseModel):
    """A post with the person who answered for it when it was written down; later ones are in the roster's tenures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    kind: SubjectKind
    responsible: str = Field(min_length=1)
