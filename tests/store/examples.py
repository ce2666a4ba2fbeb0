"""Events that only tests know, and requests made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from domain.acts import Actor, Role
from domain.events import Event, Metadata, upcaster
from eventstore.contract import NEW_STREAM, AppendRequest

TOWN = "安集镇"
STAFF = Actor(id="person-7", role=Role.STAFF)
WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Noted(Event, name="test.noted"):
    """Something was noted."""

    text: str
    number: int = 0


class Measured(Event, name="test.measured", version=3):
    """Something was measured. Version 1 had centimetres, version 2 millimetres and no unit."""

    value: int
    unit: str


@upcaster("test.measured", 1)
def _to_millimetres(body: dict[str, Any]) -> dict[str, Any]:
    return {"value": body["centimetres"] * 10}


@upcaster("test.measured", 2)
def _with_unit(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "unit": "mm"}


def metadata(command_id: str, when: datetime = WHEN) -> Metadata:
    return Metadata(actor=STAFF, command_id=command_id, business_time=when, policy_version="2026-1")


def request(
    stream: str,
    expected_version: int = NEW_STREAM,
    *,
    command_id: str | None = None,
    town: str = TOWN,
    epoch: int = 0,
    events: int = 1,
    text: str = "群众反映道路积水",
) -> AppendRequest:
    """An append of `events` notes, numbered by their versions."""
    return AppendRequest(
        town=town,
        stream=stream,
        expected_version=expected_version,
        epoch=epoch,
        events=tuple(Noted(text=text, number=expected_version + 1 + n) for n in range(events)),
        metadata=metadata(command_id or f"{stream}:{expected_version}"),
    )
