"""How large the body of a request may be: refused by what it says of itself, cut off where it says nothing."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.accounts.access import is_open

LARGEST = 22 * 2**20
"""Bytes of a body: the largest file that is taken anywhere, a roster of 20 MB, with its form around it."""
LARGEST_OPEN = 64 * 2**10
"""Bytes of what is sent by who has not logged in: a name and a password."""
_TOO_LARGE = "发送的内容太大，没有接收：文件最大 20 MB。请缩小后再传。"


class Limited:
    """ASGI middleware: nobody fills the memory or the disk with one request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGEST_OPEN if is_open(scope["path"]) else LARGEST
        said = Headers(scope=scope).get("content-length", "")
        if said.isascii() and said.isdecimal() and (len(said) > len(str(most)) or int(said) > most):
            await PlainTextResponse(_TOO_LARGE, status_code=413)(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, limited, send)
