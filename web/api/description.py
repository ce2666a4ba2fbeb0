"""The OpenAPI description: made of the routes, with the errors that every operation may answer."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import HTTPException, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from web.api.problems import MEDIA_TYPE, Problem

VERSION = "1"
_ERRORS = {
    400: "请求体不是 UTF-8 编码的 JSON",
    401: "没有登录，或令牌不可用",
    403: "角色无权，或不是本人的事",
    404: "没有这个案件、事项或地址，或与您无关",
    409: "规则不允许：detail 说明原因和怎么办",
    422: "填写有误：faults 逐处说明",
    503: "数据库、流程引擎或投票服务暂时连不上；用同一个 Idempotency-Key 再发一次",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented errors of an operation, beside those that every one may answer."""
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _ERRORS[status], "content": schema}
        for status in sorted({400, 401, 403, 422, 503, *statuses})
    }


CaseId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f/]+$",
        description="案件编号，如 2026-lys",
        examples=["2026-lys"],
    ),
]
ActName = Annotated[
    str, Path(max_length=60, pattern=r"^[a-z_]+$", description="事项的英文名", examples=["submit_report"])
]
Year = Annotated[int | None, Query(ge=1949, le=2999, description="年度；不填即全部", examples=[2026])]
Text = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Query(ge=1, le=500, description="最多几条")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="跳过几条")]

_INTRODUCTION = """与网页同一套权限、同一套规则。
浏览器用会话 Cookie，改动时加 `X-Form-Token`；程序用本人在 /account/tokens 做的令牌：`Authorization: Bearer jiandu_…`。
办理时带 `Idempotency-Key`：同一个键再发一次是同一件事，不会重复办理。
出错时答 `application/problem+json`（RFC 9457），detail 用中文说明什么错了、在哪里、怎么办。"""


def description_of(routes: Sequence[BaseRoute], town_name: str) -> dict[str, Any]:
    """The description of these routes."""
    made = get_openapi(
        title=f"jiandu 监督 · {town_name}", version=VERSION, description=_INTRODUCTION, routes=list(routes)
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    made["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "在 /account/tokens 做"},
        "session": {"type": "apiKey", "in": "cookie", "name": "jiandu_session"},
    }
    made["security"] = [{"token": []}, {"session": []}]
    return made


async def refuse_foreign(request: Request) -> None:
    """Dependency: what a browser's session changes comes with the session's token in a header (`X-Form-Token`)."""
    session = getattr(request.state, "session", None)
    if session is None or getattr(request.state, "by_token", False) or request.method == "GET":
        return
    given = request.headers.get("x-form-token", "")
    if not session.form_token or not secrets.compare_digest(given.encode(), session.form_token.encode()):
        raise HTTPException(403, "缺少或不对的 X-Form-Token：它与网页表单里的 form_token 相同。程序请改用令牌。")
