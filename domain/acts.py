"""Acts of persons: who acts, in which role, and how an act is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


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
    """Who did something: an opaque person id and a role.

    `on_behalf_of` when a delegate or the staff act for another (代录).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    role: Role
    on_behalf_of: str | None = None


SYSTEM = Actor(id="system", role=Role.SYSTEM)


class Command(BaseModel):
    """Base of all acts. A subclass names itself (`name=`, the update's name on the engine) and who may do it (`by=`).

    `on` is the business date of the act where it differs from the day it is entered (never in the future); `paper`
    refers to the signed scan where the staff record an act on somebody's behalf.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ClassVar[str] = ""
    by: ClassVar[frozenset[Role]] = frozenset()

    on: date | None = None
    paper: str | None = None

    def __init_subclass__(cls, *, name: str, by: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        known = COMMANDS.get(name)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"act {name!r} is taken by {known.__qualname__}")
        cls.act = name
        cls.by = frozenset(by)
        COMMANDS[name] = cls


COMMANDS: dict[str, type[Command]] = {}
"""Every act by its name; a name belongs to one act of one kind of case."""


def _to_wire(command: Command) -> dict[str, Any]:
    return {"act": command.act, "body": command.model_dump(mode="json")}


def _from_wire(value: Any) -> Any:
    if isinstance(value, Mapping):
        return COMMANDS[value["act"]].model_validate(value["body"])
    return value


AnyCommand = Annotated[Command, BeforeValidator(_from_wire), PlainSerializer(_to_wire)]
"""A command of any type, as a field of a model: it travels with its name."""


class Refusal(Exception):
    """An act is refused: `code` for programs, `message` in Chinese for people, what, where and how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
