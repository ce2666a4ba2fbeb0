"""What the parts' HTTP has in common: JSON bodies of bounded size, refusals as JSON, and nothing told to a log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.acts import Refusal

Handler = Callable[[Request], Awaitable[Response]]
Body = TypeVar("Body", bound=BaseModel)

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "content-type",
    "access-control-allow-private-network": "true",
    "access-control-max-age": "7200",
    "cross-origin-resource-policy": "cross-origin",
}
"""Any page may ask: no answer depends on a cookie, there are none."""
STATUS = {
    "bad_code": 401,
    "bad_key": 401,
    "not_entitled": 403,
    "unknown_poll": 404,
    "collecting_over": 410,
    "discarded": 410,
    "closed": 410,
    "too_slow": 408,
    "too_large": 413,
    "wrong_request": 422,
    "bad_token": 422,
    "bad_manifest": 422,
    "still_collecting": 425,
    "unavailable": 503,
}
"""By a refusal's code; all others are 409."""
PATIENCE = 60.0
"""Seconds for a body: who sends a byte now and then must not keep memory and connections for ever."""
_SLOWEST = 2**20
"""Bytes a second beyond that: an office's publication is hundreds of megabytes."""
_LOG = structlog.get_logger("ballotbox.http")


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer, kept by nobody."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(data, status, headers, "application/json")


def refused(refusal: Refusal) -> Response:
    """A refusal, as programs and people read it."""
    return answer({"code": refusal.code, "message": refusal.message}, STATUS.get(refusal.code, 409))


def unavailable() -> Refusal:
    """The database is away; whatever was asked may be asked again."""
    return Refusal(
        "unavailable", "服务正在恢复（数据库暂时没有应答），请稍候再试一次；已经办过的不会丢，也不会办两次。"
    )


def answering(handler: Handler) -> Handler:
    """The handler, with refusals and faults as answers.

    A fault is logged by its type and place alone: a message may hold what somebody has sent.
    """

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refused(refusal)
        except (psycopg.OperationalError, PoolTimeout, psycopg.InterfaceError) as error:
            _LOG.warning("database_away", error=type(error).__name__)
            return refused(unavailable())
        except ClientDisconnect:
            return answer({}, 400)  # nobody reads it
        except Exception as error:  # noqa: BLE001 - its message must not reach a log
            _LOG.error("fault", error=type(error).__name__, place=_place(error))
            return answer({"code": "fault", "message": "服务内部出错，请稍候再试；仍不行请到签领处说明。"}, 500)

    return answered


async def body_of(request: Request, limit: int) -> bytes:
    """The body. Refused: `too_large` beyond `limit` bytes, `too_slow` where it is not all there after a while."""
    data = bytearray()
    try:
        async with asyncio.timeout(PATIENCE + limit / _SLOWEST):
            async for chunk in request.stream():
                data += chunk
                if len(data) > limit:
                    raise Refusal("too_large", "请求太大，请重新扫码打开页面后再试。")
    except TimeoutError:
        raise Refusal("too_slow", "网络太慢，请求没有收全，请换个位置再试一次。") from None
    return bytes(data)


async def read(request: Request, model: type[Body], limit: int, refusal: Refusal) -> Body:
    """The body as `model`; else `refusal`."""
    data = await body_of(request, limit)
    try:
        return model.model_validate_json(data)
    except ValidationError:
        raise refusal from None


class OpenToAllOrigins:
    """Adds the CORS headers to every answer, and answers the browser's preliminary question."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in CORS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=CORS)(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, with_headers)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
