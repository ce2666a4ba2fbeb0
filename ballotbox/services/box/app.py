"""The box over HTTP: phones cast, witnesses co-sign, the office steers. No cookie, no log line, no metric of a cast."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ballotbox.offices import BoardPhase
from ballotbox.polls import PollKey
from ballotbox.secret.box import OtherEnvelope
from ballotbox.services.box.headers import Plain
from ballotbox.services.box.refusals import unavailable
from ballotbox.services.box.service import UNCERTAIN, BoxService
from domain.acts import Refusal

CAST_LIMIT = 1_000_000
"""Bytes of an envelope at most; how many exactly, the manifest says."""
_NOTE_LIMIT = 20_000
STATUS = {
    "unknown_poll": 404,
    "bad_token": 422,
    "still_collecting": 425,
    "closed": 410,
    "discarded": 410,
    "log_diverged": 503,
    "too_large": 413,
    "not_allowed": 401,
}
"""By a refusal's code; every other is 409."""


def box_app(url: str, folder: Path, board: Path, office_key: str) -> ASGIApp:
    """The box's application. It serves the database at `url` with the keys in `folder`, and writes the `board`."""
    holder: list[BoxService] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with BoxService.open(url, folder, board) as service:
            holder.append(service)
            yield
            holder.clear()

    def phone(answer: Callable[[BoxService, Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await _answered(answer(holder[0], request))

        return endpoint

    def office(act: Callable[[BoxService, str, Any], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await _answered(_steered(holder[0], request, office_key, act))

        return endpoint

    routes = [
        Route("/healthz", phone(_healthz)),
        Route("/cast/{manifest}", phone(_cast), methods=["POST"]),
        Route("/witness/{manifest}", phone(_witness), methods=["POST"]),
        Route("/office/prepare", office(_prepare), methods=["POST"]),
        Route("/office/announce", office(_announce), methods=["POST"]),
        *(Route(f"/office/{name}/{{manifest}}", office(act), methods=["POST"]) for name, act in _ACTS.items()),
    ]
    return Plain(Starlette(routes=routes, lifespan=lifespan))


async def _healthz(service: BoxService, _: Request) -> Response:
    return _json({"ok": await service.ready(), "part": "box"})


async def _cast(service: BoxService, request: Request) -> Response:
    receipt = await service.cast(request.path_params["manifest"], await _body(request, CAST_LIMIT))
    return Response(receipt.to_bytes(), media_type="application/json")


async def _witness(service: BoxService, request: Request) -> Response:
    data = await _body(request, _NOTE_LIMIT)
    return _json({"kept": await service.witness(request.path_params["manifest"], data.decode(errors="replace"))})


async def _prepare(service: BoxService, _: str, asked: Any) -> Any:
    return (await service.prepare(PollKey(asked["town"], asked["poll_id"]))).model_dump()


async def _announce(service: BoxService, _: str, asked: Any) -> None:
    await service.announce(base64.b64decode(asked["manifest"]), _files(asked["files"]))


async def _begin_casting(service: BoxService, manifest: str, asked: Any) -> None:
    await service.begin_casting(manifest, asked["statements"])


async def _numbers(service: BoxService, manifest: str, _: Any) -> Any:
    return (await service.numbers(manifest)).model_dump()


async def _close(service: BoxService, manifest: str, _: Any) -> None:
    await service.close(manifest)


async def _contents(service: BoxService, manifest: str, _: Any) -> Any:
    found = await service.contents(manifest)
    return {
        "leaves": [base64.b64encode(leaf).decode() for leaf in found.leaves],
        "ciphertexts": sorted(base64.b64encode(each).decode() for each in found.ciphertexts.values()),
        "checkpoint": found.checkpoint,
    }


async def _publish(service: BoxService, manifest: str, asked: Any) -> None:
    await service.publish(manifest, _files(asked["files"]), cast("BoardPhase", asked["phase"]))


async def _discard(service: BoxService, manifest: str, _: Any) -> None:
    await service.discard(manifest)


async def _destroy(service: BoxService, manifest: str, _: Any) -> None:
    await service.destroy(manifest)


_ACTS: dict[str, Callable[[BoxService, str, Any], Awaitable[Any]]] = {
    "begin-casting": _begin_casting,
    "numbers": _numbers,
    "close": _close,
    "contents": _contents,
    "publish": _publish,
    "discard": _discard,
    "destroy": _destroy,
}


async def _steered(
    service: BoxService, request: Request, key: str, act: Callable[[BoxService, str, Any], Awaitable[Any]]
) -> Response:
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
        raise Refusal("not_allowed", "票箱的管理口令不对，请核对票箱文件夹里的 office.key。")
    try:
        asked = await request.json()
        return _json(await act(service, request.path_params.get("manifest", ""), asked))
    except (KeyError, TypeError, ValueError, ValidationError):
        raise Refusal("bad_request", "请求的格式不对，请用同一版本的程序。") from None


async def _answered(answer: Awaitable[Response]) -> Response:
    try:
        return await answer
    except OtherEnvelope as refusal:
        told = {"code": refusal.code, "message": refusal.message, "receipt": refusal.receipt.model_dump()}
        return _json(told, 409)
    except Refusal as refusal:
        return _json({"code": refusal.code, "message": refusal.message}, STATUS.get(refusal.code, 409))
    except UNCERTAIN as error:
        # The kind alone: a message of the database could name a token.
        structlog.get_logger().warning("ballot_box_database", kind=type(error).__name__)
        return _json({"code": "unavailable", "message": unavailable().message}, 503)


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > limit:
                raise Refusal("too_large", "内容过长。")
    except ClientDisconnect:
        raise Refusal("bad_request", "连接中断。") from None
    return bytes(data)


def _files(encoded: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(data, validate=True) for name, data in encoded.items()}


def _json(value: object, status: int = 200) -> Response:
    return Response(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), status, media_type="application/json"
    )
