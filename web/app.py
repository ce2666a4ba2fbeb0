"""The web application of one town."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from eventstore.contract import StoreUnavailable
from web.accounts.door import door_pages
from web.accounts.entrance import Entrance
from web.accounts.guard import Guard
from web.accounts.pages import account_pages
from web.accounts.store import AccountStore
from web.acts.begin import beginning_pages
from web.acts.pages import act_pages
from web.api.problems import is_api, problem_of
from web.api.tokens import TokenStore
from web.board.pages import board_pages
from web.deputies.acts import act_routers
from web.deputies.desk import link_pages
from web.deputies.door import deputy_door
from web.deputies.links import LinkStore
from web.deputies.pages import home_pages
from web.deputies.pins import PinDoor
from web.desk import desk_pages
from web.headers import StrictHeaders
from web.limits import Limited
from web.live.pages import live_pages
from web.metrics import Measured, Metrics
from web.mine.pages import mine_pages
from web.office import office_pages
from web.pages import pages
from web.paper_desk.pages import paper_desk_pages
from web.papers.routers import paper_routers
from web.probes import probes
from web.rendering import Screen
from web.scans.pages import scan_pages
from web.scans.store import ScanStore
from web.scrutineers.pages import scrutineer_pages
from web.scrutineers.room import Room
from web.setup.books import book_pages
from web.site import Site
from web.yearend.routes import yearend_routes

_MACHINES = ("/healthz", "/readyz", "/metrics")


def _to_program(request: Request, status: int, message: str) -> Response | None:
    """The answer where a program asked; None where it was a person."""
    if request.url.path in _MACHINES:
        return JSONResponse({"ok": False, "message": message}, status_code=status)
    return problem_of(request, status) if is_api(request.url.path) else None


def create_app(site: Site) -> FastAPI:
    """The application. FastAPI's own documentation pages load from other hosts, so they are off."""
    app = FastAPI(title="jiandu 监督", docs_url=None, redoc_url=None, openapi_url=None)
    metrics = Metrics()
    show = Screen(site)
    accounts = AccountStore(site.engine, site.town)
    tokens = TokenStore(site.engine, site.town, accounts)
    app.include_router(pages(site, show))
    entrance, links = Entrance(accounts), LinkStore(site.engine, site.town)
    app.include_router(door_pages(entrance, show))
    app.include_router(deputy_door(PinDoor(links, entrance), show))
    app.include_router(link_pages(site, links, show))
    app.include_router(home_pages(site, show))
    app.include_router(mine_pages(site, show))
    app.include_router(account_pages(accounts, show))
    app.include_router(scan_pages(site, ScanStore(site.engine, site.town)))
    if site.counter is not None:
        app.include_router(beginning_pages(site, site.counter, show))
        app.include_router(act_pages(site, site.counter, show))
        for router in act_routers(site, site.counter, show):
            app.include_router(router)
        app.include_router(book_pages(site, site.counter, show))
    app.include_router(yearend_routes(site, show))
    app.include_router(board_pages(site, show))
    if site.box is not None:
        app.include_router(live_pages(site, show, site.box))
        app.include_router(paper_desk_pages(site, show, site.box))
    if site.counter is not None and site.box is not None and site.offices is not None:
        app.include_router(scrutineer_pages(site, Room(site.town, site.counter, site.box, site.offices), show))
    for router in (*office_pages(site, show, accounts), *desk_pages(site, show), *paper_routers(site, show)):
        app.include_router(router)
    app.include_router(probes(site, metrics))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")

    def answer(request: Request, status: int, message: str, advice: str) -> Response:
        return _to_program(request, status, message) or show(
            request, "error.html", "", status_code=status, message=message, advice=advice
        )

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        # The framework's own words are English; ours say what to do.
        message = "没有这个页面" if str(error.detail).isascii() else str(error.detail)
        return answer(request, error.status_code, message, "回到年度全景，从列表中选择。")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        del error
        return answer(request, 404, "没有这个页面", "回到年度全景，从列表中选择。")

    def no_database(request: Request) -> Response:
        return answer(request, 503, "数据库暂时连不上", "稍候刷新；若持续出现，请查看运行状态或运行 jiandu doctor。")

    @app.exception_handler(StoreUnavailable)
    @app.exception_handler(OperationalError)
    async def unreachable(request: Request, error: Exception) -> Response:
        del error
        return no_database(request)

    app.add_middleware(Guard, accounts=accounts, tokens=tokens, no_database=no_database)
    app.add_middleware(Limited)
    app.add_middleware(StrictHeaders)
    app.add_middleware(Measured, metrics=metrics)
    return app
