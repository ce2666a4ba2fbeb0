"""The guard before every page: who is there, whether the page is theirs, whether the request came from our own pages.

While a town has no account at all its pages are open, on this machine alone, and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web.accounts.access import is_open, may_see
from web.accounts.model import Session
from web.accounts.store import AccountStore
from web.api.problems import is_api, problem
from web.api.tokens import TokenStore

COOKIE = "jiandu_session"
LIVE = "x-jiandu-live"
"""Sent by a page that fetches itself anew: nobody has used it."""
LINK_COOKIE = "jiandu_link"
"""On a deputy's own phone: which personal link it was opened by, so that the PIN alone opens it the next time."""
PIN_PAGE = "/pin"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PASSWORD_PAGE = "/account/password"  # noqa: S105 - a path


class Guard:
    """ASGI middleware. What it finds stands in `request.state`: `session` (or None), `no_accounts`."""

    def __init__(
        self, app: ASGIApp, accounts: AccountStore, tokens: TokenStore, no_database: Callable[[Request], Response]
    ) -> None:
        """`no_database`: what is answered while nobody can be recognised."""
        self._app = app
        self._no_database = no_database
        self._accounts = accounts
        self._tokens = tokens
        self._some = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused: Response | None = None
        # No text of the database holds one. The API says so itself, by its schema.
        if "\x00" in request.url.path and not is_api(request.url.path):
            refused = PlainTextResponse("没有这个页面。", status_code=404)
        elif request.method not in _SAFE and not _from_here(request.headers):
            refused = _refusal(request, 403, "请求不是从本站页面发出的，未予办理。请回到本站页面重试。")
        elif not is_open(request.url.path):
            try:
                refused = await self._admit(request)
            except OperationalError:
                refused = self._no_database(request)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> Response | None:
        # Accounts come to stay: once there is one it need not be asked again.
        self._some = self._some or await self._accounts.any()
        request.state.no_accounts = not self._some
        request.state.session = None
        if not self._some:
            return None
        session = await self._session(request)
        if session is None:
            return _to_the_door(request)
        request.state.session = session
        path = request.url.path
        if session.account.must_change and path not in (_PASSWORD_PAGE, "/logout"):
            if is_api(path):
                return _refusal(request, 403, "口令是别人给的，要先登录页面改掉，再用接口。")
            return RedirectResponse(_PASSWORD_PAGE, status_code=303)
        if not may_see(path, session.account.roles):
            return _refusal(request, 403, "您的角色不能看这个页面。如有需要，请与镇人大工作人员联系。")
        return None

    async def _session(self, request: Request) -> Session | None:
        """Programs show a token, for the API alone; browsers their session's cookie."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if is_api(request.url.path) and scheme.lower() == "bearer":
            request.state.by_token = True
            return await self._tokens.session(token.strip())
        return await session_of(request, self._accounts)


async def session_of(request: Request, accounts: AccountStore) -> Session | None:
    """The session that a request belongs to."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    by_itself = request.url.path == "/events" or (LIVE in request.headers and request.method in _SAFE)
    return await (accounts.peek(token) if by_itself else accounts.session(token))


def keep(answer: Response, request: Request, name: str, value: str, life: timedelta) -> None:
    """Have the browser keep a secret: no script reads it, no other site's form sends it."""
    answer.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _refusal(request: Request, status: int, words: str) -> Response:
    if is_api(request.url.path):
        return problem(request, status, "no_session" if status == 401 else "forbidden", words)
    return PlainTextResponse(words, status_code=status)


def _to_the_door(request: Request) -> Response:
    if is_api(request.url.path):
        return _refusal(
            request, 401, "没有登录，或令牌不可用（过期、已收回）。请登录，或在 /account/tokens 另做一个令牌。"
        )
    if request.method not in _SAFE:
        return _refusal(request, 401, "登录已经过期，未予办理。请重新登录后再试。")
    if LINK_COOKIE in request.cookies:
        return RedirectResponse(PIN_PAGE, status_code=303)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(target)}", status_code=303)


def _from_here(headers: Headers) -> bool:
    """Whether a request that changes something was sent by a page of this site (Fetch metadata, else Origin)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    # A program such as curl sends neither; it has no session's cookie to misuse.
    return origin is None or urlsplit(origin).netloc == headers.get("host")
