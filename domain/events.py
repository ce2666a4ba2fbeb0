"""What an event is: a fact that happened once, named, versioned and never changed.

Every event of every case is a frozen pydantic model that declares its stored name and schema version::

    class NoticeServed(Event, name="rectification.notice_served", version=1): ...

`EVENT_TYPES` finds the class of a stored name; `upcast` brings a body written under an older schema version up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from domain.acts import Actor

EVENT_TYPES: dict[str, type[Event]] = {}
_UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


class UnknownEvent(LookupError):
    """A stored event has a name or a schema version that this program does not know (it was written by a newer one)."""


class Event(BaseModel):
    """Base of all events. A subclass names itself in the class statement; two classes cannot share a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    def __init_subclass__(cls, *, name: str | None = None, version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is None:  # an abstract base of a family of events
            return
        known = EVENT_TYPES.get(name)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"event name {name!r} is taken by {known.__qualname__}")
        cls.type_name = name
        cls.schema_version = version
        EVENT_TYPES[name] = cls

    def body(self) -> dict[str, Any]:
        """The event as JSON-ready values, as it is stored."""
        return self.model_dump(mode="json")


def upcaster(
    name: str, from_version: int
) -> Callable[[Callable[[dict[str, Any]], dict[str, Any]]], Callable[[dict[str, Any]], dict[str, Any]]]:
    """Register a function that turns a body of `from_version` into one of `from_version + 1`."""

    def register(function: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        if (name, from_version) in _UPCASTERS:
            raise TypeError(f"event {name!r} has an upcaster from version {from_version} already")
        _UPCASTERS[name, from_version] = function
        return function

    return register


def upcast(name: str, version: int, body: Mapping[str, Any]) -> Event:
    """Build the event of a stored body, through every schema version between the stored one and today's.

    Raises `UnknownEvent` for a name or version this program does not know.
    """
    event_type = EVENT_TYPES.get(name)
    if event_type is None:
        raise UnknownEvent(f"no event is named {name!r} in this version of jiandu")
    if version > event_type.schema_version:
        raise UnknownEvent(
            f"{name} has schema version {version}, this version of jiandu knows {event_type.schema_version}"
        )
    current = dict(body)
    for step in range(version, event_type.schema_version):
        try:
            current = _UPCASTERS[name, step](current)
        except KeyError:
            raise UnknownEvent(f"{name} version {step} has no upcaster to {step + 1}") from None
    return event_type.model_validate(current)


def to_wire(event: Event) -> dict[str, Any]:
    """The event with its name and version, from which `from_wire` makes it again."""
    return {"type": event.type_name, "version": event.schema_version, "body": event.body()}


def from_wire(value: Any) -> Any:
    """A ready event as it is, the wire form as the event it stands for. Raises `UnknownEvent`."""
    if isinstance(value, Mapping):
        return upcast(value["type"], value["version"], value["body"])
    return value


AnyEvent = Annotated[Event, BeforeValidator(from_wire), PlainSerializer(to_wire)]
"""An event of any type, as a field of a model: it travels in its wire form."""


class Metadata(BaseModel):
    """Who did it, by which command, in which run, under which policy, and when by the workflow's clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: Actor
    command_id: str
    business_time: datetime
    """The workflow's clock, offset included; aware."""
    policy_version: str = ""
    correlation: str = ""
    causation: str = ""
    workflow_id: str = ""
    run_id: str = ""


class Recorded(BaseModel):
    """An event as the store returns it: the fact, its place in its stream and in the town's log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: UUID
    stream: str
    version: int
    position: int
    event: AnyEvent
    metadata: Metadata
