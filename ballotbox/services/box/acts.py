"""The acts of the box's office as they travel: `offices.BoxOffice`, one to one. Bytes are base64."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from ballotbox.offices import BoardPhase
from ballotbox.polls import PollKey
from ballotbox.services.box.service import BoxService
from ballotbox.services.office import Act, act


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prepare(_Body):
    """Whose keys."""

    town: str
    poll: str


class Announce(_Body):
    """A manifest and the files that it names."""

    manifest: Base64Bytes
    files: dict[str, Base64Bytes]


class BeginCasting(_Body):
    """Leaves 1 to 4."""

    manifest: str
    statements: tuple[str, ...]


class Publish(_Body):
    """Files for the board, and the phase from then on."""

    manifest: str
    files: dict[str, Base64Bytes]
    phase: BoardPhase


class OfPoll(_Body):
    """A poll."""

    manifest: str


def encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    """Files as they travel."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def acts_of(box: Callable[[], BoxService]) -> dict[str, Act]:
    """All acts by name. `box` gives the service when an act is done."""

    async def prepare(asked: Prepare) -> Any:
        return (await box().prepare(PollKey(asked.town, asked.poll))).model_dump(mode="json")

    async def announce(asked: Announce) -> None:
        await box().announce(asked.manifest, asked.files)

    async def begin_casting(asked: BeginCasting) -> None:
        await box().begin_casting(asked.manifest, asked.statements)

    async def numbers(asked: OfPoll) -> Any:
        return (await box().numbers(asked.manifest)).model_dump(mode="json")

    async def close(asked: OfPoll) -> None:
        await box().close(asked.manifest)

    async def contents(asked: OfPoll) -> Any:
        found = await box().contents(asked.manifest)
        return {
            "leaves": [base64.b64encode(leaf).decode() for leaf in found.leaves],
            "ciphertexts": sorted(base64.b64encode(each).decode() for each in found.ciphertexts.values()),
            "checkpoint": found.checkpoint,
        }

    async def publish(asked: Publish) -> None:
        await box().publish(asked.manifest, asked.files, asked.phase)

    async def discard(asked: OfPoll) -> None:
        await box().discard(asked.manifest)

    async def destroy(asked: OfPoll) -> None:
        await box().destroy(asked.manifest)

    return {
        "prepare": act(Prepare, prepare),
        "announce": act(Announce, announce),
        "begin_casting": act(BeginCasting, begin_casting),
        "numbers": act(OfPoll, numbers),
        "close": act(OfPoll, close),
        "contents": act(OfPoll, contents),
        "publish": act(Publish, publish),
        "discard": act(OfPoll, discard),
        "destroy": act(OfPoll, destroy),
    }
