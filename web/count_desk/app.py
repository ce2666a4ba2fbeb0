"""The application of the count desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from domain.acts import Refusal
from web.count_desk.deciding import deciding_pages
from web.count_desk.door import COOKIE, NobodyThere, PollOver, refuse_foreign
from web.count_desk.entrance import entrance_pages
from web.count_desk.entry import entry_pages
from web.count_desk.site import DeskSite
from web.headers import StrictHeaders

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")

Show = Callable[..., HTMLResponse]


def create_desk(site: DeskSite) -> FastAPI:
    """The count desk of a town's polls."""
    app = FastAPI(
        title="jiandu 计票台", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(refuse_foreign)]
    )

    def show(request: Request, name: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
        return _templates.TemplateResponse(request, name, {"site": site, **values}, status_code=status_code)

    app.include_router(entrance_pages(site, show))
    app.include_router(entry_pages(site, show))
    app.include_router(deciding_pages(site, show))
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    def say(request: Request, status: int, message: str, advice: str) -> Response:
        return show(request, "said.html", status_code=status, message=message, advice=advice)

    @app.exception_handler(NobodyThere)
    async def nobody(request: Request, error: NobodyThere) -> Response:
        del request, error
        return RedirectResponse("/enter", status_code=303)

    @app.exception_handler(PollOver)
    async def over(request: Request, error: PollOver) -> Response:
        del error
        answer = say(request, 410, "本次测评的录入已经结束", "已录入的票都已保存。请把票交还监票人，关闭本页。")
        answer.delete_cookie(COOKIE)
        return answer

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> Response:
        return say(request, 409, error.message, "返回上一页，按提示办理。")

    @app.exception_handler(HTTPException)
    async def wrong(request: Request, error: HTTPException) -> Response:
        message = str(error.detail) if error.status_code == 403 else "没有这个页面"
        return say(request, error.status_code, message, "回到计票台首页。")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        del error
        return say(request, 404, "没有这个页面", "回到计票台首页。")

    @app.exception_handler(OperationalError)
    async def no_database(request: Request, error: OperationalError) -> Response:
        del error
        return say(request, 503, "数据库暂时连不上", "这一张还没有保存：不要关闭本页，稍候返回重试。")

    app.add_middleware(StrictHeaders)
    return app
