"""The box over HTTP: phones cast, witnesses co-sign, the office steers. No cookie, no log line, no metric of a cast."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ballotbox.secret.box import OtherEnvelope
from ballotbox.services.box.acts import acts_of
from ballotbox.services.box.headers import Plain
from ballotbox.services.box.service import BoxService
from ballotbox.services.http import answer, answering, body_of
from ballotbox.services.office import office_routes

_CAST_PATH = re.compile(r"/cast/([0-9a-f]{64})")
_CAST_LIMIT = 1_000_000
"""Bytes of an envelope at most; how many exactly, the manifest says."""
_NOTE_LIMIT = 20_000


class Box:
    """The box's ASGI application. While it runs, `service` is the box itself."""

    def __init__(self, url: str, folder: Path, board: Path, office_key: str) -> None:
        """It serves the database at `url` with the keys in `folder`, and writes the `board`."""
        self._opening = (url, folder, board)
        self._casting = answering(self._cast)
        self._service: BoxService | None = None
        routes = [
            Route("/healthz", answering(self._healthz)),
            Route("/cast/{manifest}", self._casting, methods=["POST"]),
            Route("/witness/{manifest}", answering(self._witness), methods=["POST"]),
            *office_routes(office_key, acts_of(lambda: self.service)),
        ]
        self._app: ASGIApp = Plain(Starlette(routes=routes, lifespan=self._lifespan))
        self._quick: ASGIApp = Plain(self._one_cast)

    @property
    def service(self) -> BoxService:
        """The box. Only while the application runs."""
        assert self._service is not None, "the application has not been started"
        return self._service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A hall casts within a minute: the one request that has to be fast goes past router and middleware.
        if scope["type"] == "http" and scope["method"] == "POST" and (found := _CAST_PATH.fullmatch(scope["path"])):
            await self._quick({**scope, "path_params": {"manifest": found[1]}}, receive, send)
        else:
            await self._app(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with BoxService.open(*self._opening) as service:
            self._service = service
            yield
            self._service = None

    async def _one_cast(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._casting(Request(scope, receive)))(scope, receive, send)

    async def _healthz(self, _: Request) -> Response:
        return answer({"ok": await self.service.ready(), "part": "box"})

    async def _cast(self, request: Request) -> Response:
        data = await body_of(request, _CAST_LIMIT)
        try:
            receipt = await self.service.cast(request.path_params["manifest"], data)
        except OtherEnvelope as refusal:
            first = refusal.receipt.model_dump(mode="json")
            return answer({"code": refusal.code, "message": refusal.message, "receipt": first}, 409)
        return Response(receipt.to_bytes(), media_type="application/json")

    async def _witness(self, request: Request) -> Response:
        note = (await body_of(request, _NOTE_LIMIT)).decode(errors="replace")
        return answer({"kept": await self.service.witness(request.path_params["manifest"], note)})


def box_app(url: str, folder: Path, board: Path, office_key: str) -> Box:
    """The box's application."""
    return Box(url, folder, board, office_key)
