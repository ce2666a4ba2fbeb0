"""The office's side of a part: `POST /office/<act>` with the office's key, a JSON body in, a JSON answer out."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ballotbox.services.http import answer, answering, read
from domain.acts import Refusal

LIMIT = 256 * 2**20
"""Bytes of an office's request: manifests and files to publish. 121 deputies on 60 subjects by question make some 65 MB
of slices, a third more in base64, and the same act carries the other files of the count; the rest is room."""
Body = TypeVar("Body", bound=BaseModel)


class Act(NamedTuple):
    """An act of the office: what its body is, and what is done."""

    body: type[BaseModel]
    do: Callable[[Any], Awaitable[Any]]


def act(body: type[Body], do: Callable[[Body], Awaitable[Any]]) -> Act:
    """An act whose function takes what its body holds; what it returns is the answer's JSON."""
    return Act(body, do)


def office_routes(key: str, acts: Mapping[str, Act]) -> list[Route]:
    """The routes of all acts. `key` is the office's; whoever has it may do them all."""
    if len(key) < 32:
        raise ValueError("an office key has 32 characters or more")
    return [
        Route(f"/office/{name}", answering(_guarded(key, chosen)), methods=["POST"]) for name, chosen in acts.items()
    ]


def _guarded(key: str, chosen: Act) -> Callable[[Request], Awaitable[Response]]:
    expected = f"Bearer {key}".encode()

    async def handler(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise Refusal("bad_key", "办公密钥不对：请核对本部件文件夹中的 office.key。")
        wrong = Refusal("wrong_request", "请求与本版本的接口不符，请核对两边的 jiandu 版本。")
        return answer(await chosen.do(await read(request, chosen.body, LIMIT, wrong)))

    return handler
