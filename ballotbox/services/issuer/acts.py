"""What an issuer's office asks over HTTP: `ballotbox.offices.IssuerOffice`, method by method."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from ballotbox.offices import Voter
from ballotbox.polls import PollKey
from ballotbox.services.issuer.office import Desks
from ballotbox.services.office import Act, act


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Prepare(_Model):
    town: str
    poll: str
    slots: list[str]
    subjects: list[str]


class _Voter(_Model):
    deputy: str
    name: str


class _Begin(_Model):
    manifest: str
    voters: list[_Voter]


class _Poll(_Model):
    manifest: str


class _Deputies(_Poll):
    deputies: list[str]


class _Codes(_Poll):
    deputies: list[str] | None


def acts_of(desks: Desks) -> dict[str, Act]:
    """The acts by name."""

    async def prepare(asked: _Prepare) -> Any:
        keys = await desks.prepare(PollKey(asked.town, asked.poll), asked.slots, asked.subjects)
        return keys.model_dump(mode="json")

    async def begin(asked: _Begin) -> Any:
        voters = [Voter(voter.deputy, voter.name) for voter in asked.voters]
        return await desks.begin(asked.manifest.encode(), voters)

    async def codes(asked: _Codes) -> Any:
        return await desks.codes(asked.manifest, asked.deputies)

    async def give_paper(asked: _Deputies) -> Any:
        return await desks.give_paper(asked.manifest, asked.deputies)

    async def collected(asked: _Poll) -> Any:
        return (await desks.collected(asked.manifest)).model_dump(mode="json")

    async def end_collecting(asked: _Poll) -> Any:
        return (await desks.end_collecting(asked.manifest)).model_dump(mode="json")

    async def discard(asked: _Poll) -> Any:
        return await desks.discard(asked.manifest)

    return {
        "prepare": act(_Prepare, prepare),
        "begin": act(_Begin, begin),
        "codes": act(_Codes, codes),
        "give_paper": act(_Deputies, give_paper),
        "collected": act(_Poll, collected),
        "end_collecting": act(_Poll, end_collecting),
        "discard": act(_Poll, discard),
    }
