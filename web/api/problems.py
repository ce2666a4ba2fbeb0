"""Errors as RFC 9457 has them: `application/problem+json`, `detail` in Chinese: what, where, how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from ballotbox.offices import PartyUnreachable
from domain.acts import Refusal
from eventstore.contract import StoreUnavailable
from workflows.client import EngineUnavailable
from workflows.ended import NotRunning

log = structlog.get_logger("jiandu.api")

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1/"

_TITLES = {
    400: "请求读不懂",
    401: "没有登录",
    403: "无权办理",
    404: "没有找到",
    405: "方法不对",
    409: "规则不允许",
    422: "填写有误",
    503: "暂时不可用",
}
_UNSAID = {
    400: "请求体读不懂：应是 UTF-8 编码的 JSON，并带 Content-Type: application/json。",
    404: "没有这个地址；可用的操作见 /api。",
    405: "这个地址不接受这种方法；可用的操作见 /api。",
    503: "数据库暂时连不上。请稍候再试；若持续出现，请查看运行状态。",
}
_WITHOUT = "没有办成；请核对请求后重试。"
_FORBIDDEN = frozenset({"not_allowed", "not_delegated", "not_yours", "same_person"})
_UNKNOWN = frozenset({"not_running"})


class FaultAt(BaseModel):
    """A fault at its place."""

    model_config = ConfigDict(frozen=True)

    at: str = Field(examples=["body.due"])
    message: str = Field(examples=["应是日期，如 2026-11-30"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is for programs, `detail` for people."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["规则不允许"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["本案已经立案，不需要再次立案。"])
    code: str = Field(examples=["already_open"])
    instance: str = Field(examples=["/api/v1/cases/appraisal/2026-lys/acts/submit_report"])
    faults: list[FaultAt] = []


def problem(request: Request, status: int, code: str, detail: str, faults: Sequence[FaultAt] = ()) -> Response:
    """The answer."""
    said = Problem(
        title=_TITLES.get(status, "出错了"),
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
        faults=list(faults),
    )
    headers = {"www-authenticate": 'Bearer realm="jiandu"'} if status == 401 else None
    return Response(said.model_dump_json(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def is_api(path: str) -> bool:
    """Whether a path is the API's."""
    return path.startswith(PREFIX)


class ProblemRoute(APIRoute):
    """A route whose errors are problems. What is none of ours is a fault of the program, and stays one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors told."""
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                return problem(request, 422, "invalid", _advice(error), _faults(error))
            except HTTPException as error:
                return problem(request, error.status_code, _code_of(error.status_code), _said(error))
            except Refusal as refusal:
                return problem(request, status_of(refusal), refusal.code, refusal.message)
            except NotRunning as error:
                return problem(request, 503, "not_running", str(error))
            except EngineUnavailable:
                detail = (
                    "流程引擎暂时没有应答，还不能确定是否办妥。请稍候用同一个 Idempotency-Key 再发一次，不会重复办理。"
                )
                return problem(request, 503, "engine_unavailable", detail)
            except PartyUnreachable:
                return problem(request, 503, "ballot_unreachable", "投票服务暂时连不上。请稍候再试。")
            except (OperationalError, StoreUnavailable):
                return problem(
                    request, 503, "database_unavailable", "数据库暂时连不上。请稍候再试；若持续出现，请查看运行状态。"
                )
            except RPCError as error:
                log.warning("engine_away", reason=type(error).__name__)
                detail = "流程引擎没有受理。请稍候用同一个 Idempotency-Key 再发一次；若持续出现，请查看运行状态。"
                return problem(request, 503, "engine_unavailable", detail)

        return told


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal: a matter of right, of something that is not there, else of the case's rules."""
    if refusal.code in _FORBIDDEN:
        return 403
    return 404 if refusal.code in _UNKNOWN else 409


def _code_of(status: int) -> str:
    return {
        400: "unreadable",
        401: "no_session",
        403: "forbidden",
        404: "unknown",
        409: "refused",
        422: "invalid",
        503: "database_unavailable",
    }.get(status, "error")


def _said(error: HTTPException) -> str:
    """Ours are Chinese; the framework's own say no more than their status."""
    return _UNSAID.get(error.status_code, _WITHOUT) if str(error.detail).isascii() else str(error.detail)


def problem_of(request: Request, status: int) -> Response:
    """The answer to an address or a method that is none of the API's, or while nothing can be answered."""
    return problem(request, status, _code_of(status), _UNSAID.get(status, _WITHOUT))


def _faults(error: RequestValidationError) -> list[FaultAt]:
    return [
        FaultAt(at=".".join(str(part) for part in fault["loc"]), message=_word(str(fault["type"]), fault))
        for fault in error.errors()
    ]


def _advice(error: RequestValidationError) -> str:
    places = "、".join(fault.at for fault in _faults(error)[:5])
    return f"请求有 {len(error.errors())} 处不合要求：{places}。逐处的说明见 faults；各字段的写法见 /api。"


def _word(kind: str, fault: dict[str, Any]) -> str:
    context = fault.get("ctx") or {}
    match kind:
        case "missing":
            return "必须填写"
        case "int_parsing" | "int_type" | "int_from_float":
            return "应是整数"
        case "bool_parsing" | "bool_type":
            return "应是 true 或 false"
        case "enum" | "literal_error":
            return f"应是下列之一：{context.get('expected', '')}"
        case "string_too_short" | "string_too_long" | "string_pattern_mismatch" | "string_type":
            return "文字的长短或写法不合要求"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return "数值超出范围"
        case "date_parsing" | "date_type" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return "应是日期，如 2026-11-30"
        case "json_invalid":
            return "不是有效的 JSON"
        case "extra_forbidden":
            return "没有这个字段"
        case _:
            return "写法不合要求"
