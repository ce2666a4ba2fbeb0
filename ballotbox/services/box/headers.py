"""What every answer of the anonymous side says of itself, and what it does not.

No cookie, no ETag, no date, nothing to be kept, no connection that a next request could be recognised by. The page
comes from the board's origin, so every origin may read the answers: they are for whoever asks.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = (
    (b"connection", b"close"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_NEVER = {b"set-cookie", b"etag", b"last-modified", b"date", b"server", *(name for name, _ in _ALWAYS)}


class Plain:
    """An application whose answers have these headers, whoever wrote them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def plainly(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _NEVER]
                message["headers"] = [*own, *_ALWAYS]
            await send(message)

        await self._app(scope, receive, plainly)
