"""The HTTP of an issuer. Nothing of a request is logged or measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ballotbox.offices import IssuerName
from ballotbox.secret.requests import StampValues
from ballotbox.services.http import OpenToAllOrigins, answer, answering, read
from ballotbox.services.issuer.acts import acts_of
from ballotbox.services.issuer.office import Desks
from ballotbox.services.issuer.refusals import wrong_request
from ballotbox.services.office import office_routes

_LIMIT = 4 * 2**20
"""Bytes of a phone's request: 60 subjects with seven values each are 220 kB."""


class _Who(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: str = Field(max_length=64)


class _Stamp(_Who):
    slices: dict[str, str]
    tokens: dict[str, str]


def create_app(desks: Desks, office_key: str) -> Starlette:
    """The application of an issuer."""

    async def healthz(_: Request) -> Response:
        return answer({"ok": True, "part": desks.name})

    async def who(request: Request) -> Response:
        asked = await read(request, _Who, _LIMIT, wrong_request())
        desk = await desks.desk(request.path_params["manifest"])
        return answer((await desk.who(asked.code))._asdict())

    async def stamp(request: Request) -> Response:
        asked = await read(request, _Stamp, _LIMIT, wrong_request())
        try:
            values = StampValues(_bytes(asked.slices), _bytes(asked.tokens))
        except ValueError:
            raise wrong_request() from None
        desk = await desks.desk(request.path_params["manifest"])
        stamped = await desk.stamp(asked.code, values)
        return answer({"slices": _hex(stamped.slices), "tokens": _hex(stamped.tokens)})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/who/{manifest}", answering(who), methods=["POST"]),
            Route("/stamp/{manifest}", answering(stamp), methods=["POST"]),
            *office_routes(office_key, acts_of(desks)),
        ],
        middleware=[Middleware(OpenToAllOrigins)],
    )


@asynccontextmanager
async def issuer_app(name: IssuerName, folder: Path, database_url: str, office_key: str) -> AsyncIterator[Starlette]:
    """The application of an issuer with its cluster open, until the block ends. Raises what `open_cluster` raises."""
    async with Desks.open(name, folder, database_url) as desks:
        yield create_app(desks, office_key)


def _bytes(part: Mapping[str, str]) -> dict[str, bytes]:
    return {name: bytes.fromhex(value) for name, value in part.items()}


def _hex(part: Mapping[str, bytes]) -> dict[str, str]:
    return {name: value.hex() for name, value in part.items()}
