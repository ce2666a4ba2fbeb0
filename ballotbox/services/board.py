"""The board and the deputies' page: static files, the same for all, that nobody can be recognised by.

The page is one self-contained file; what it may run and whom it may ask follows from the file itself.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from ballotbox.services.box.announcing import FILE_NAME
from ballotbox.services.box.headers import Plain

_MANIFEST = re.compile(r"[0-9a-f]{64}")
_TYPES = {".json": "application/json", ".jsonl": "application/jsonl", ".csv": "text/csv; charset=utf-8"}
_PIECE = 1 << 18
"""Bytes of a file that are read at once."""
_INLINE = re.compile(rb"<(script|style)\b[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)


def board_app(folder: Path, page: Callable[[], bytes], origins: Sequence[str]) -> ASGIApp:
    """The board's application. `folder` holds `polls/`; `page` gives the deputies' page; `origins` are those of the
    issuers and the box, which the page may ask."""

    async def entrance(_: Request) -> Response:
        data = page()
        headers = {"content-security-policy": page_policy(data, origins)}
        return Response(data, headers=headers, media_type="text/html")

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ok": True, "part": "board"})

    async def published(request: Request) -> Response:
        poll, name = request.path_params["poll"], request.path_params["name"]
        if not _MANIFEST.fullmatch(poll) or not FILE_NAME.fullmatch(name):
            raise HTTPException(404)
        try:
            file = await anyio.open_file(folder / "polls" / poll / name, "rb")
        except OSError:
            raise HTTPException(404) from None
        size = os.fstat(file.wrapped.fileno()).st_size
        headers = {"content-security-policy": "default-src 'none'", "content-length": str(size)}
        return StreamingResponse(_pieces(file), headers=headers, media_type=_type(name))

    routes = [
        Route("/", entrance),
        Route("/healthz", healthz),
        Route("/polls/{poll}/{name}", published),
    ]
    return Plain(Starlette(routes=routes))


def page_policy(page: bytes, origins: Sequence[str]) -> str:
    """The content security policy of a self-contained page: its own script and style by their hashes, nothing else."""
    sources: dict[bytes, list[str]] = {b"script": [], b"style": []}
    for kind, content in _INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        sources[kind.lower()].append(f"'sha256-{digest}'")
    script, style = (" ".join(found) or "'none'" for found in sources.values())
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
        f"connect-src 'self' {' '.join(origins)}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


async def _pieces(file: anyio.AsyncFile[bytes]) -> AsyncIterator[bytes]:
    # Of all phones at once, each with tens of megabytes, no more than a piece each is in memory. The file is replaced,
    # never changed: this is the one that was opened.
    async with file:
        while piece := await file.read(_PIECE):
            yield piece


def _type(name: str) -> str:
    return _TYPES.get(Path(name).suffix, "text/plain; charset=utf-8")
