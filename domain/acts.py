"""Acts of persons: who acts, in which role, and how an act is refused."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """In which capacity somebody acts. The Chinese term of each is in docs/glossary.md."""

    STAFF = "staff"
    PRESIDIUM = "presidium"
    DEPUTY = "deputy"
    DISCIPLINE_OFFICE = "discipline_office"
    PARTY_COMMITTEE = "party_committee"
    TOWN_LEADER = "town_leader"
    VILLAGE = "village"
    HEAD = "head"
    SCRUTINEER = "scrutineer"
    SYSTEM = "system"


class Actor(BaseModel):
    """Who did something: an opaque person id and a role; `on_behalf_of` when a delegate or the staff act for another (代录)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    role: Role
    on_behalf_of: str | None = None


SYSTEM = Actor(id="system", role=Role.SYSTEM)


class Command(BaseModel):
    """Base of all acts. A subclass names itself (`name=`, the update's name on the engine) and who may do it (`by=`).

    `on` is the business date of the act where it differs from the day it is entered (never in the future); `paper`
    refers to the signed scan where staff record an act on somebody's behalf.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ClassVar[str] = ""
    by: ClassVar[frozenset[Role]] = frozenset()

    on: date | None = None
    paper: str | None = None

    def __init_subclass__(cls, *, name: str, by: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.act = name
        cls.by = frozenset(by)


class Refusal(Exception):
    """An act is refused: `code` for programs, `message` in Chinese for people, saying what, where and how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
