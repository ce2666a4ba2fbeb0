"""The door of the count desk: who is there, and whether a form came from our own page."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, Headers

from ballotbox.count_desk import Seat
from ballotbox.offices import PartyUnreachable
from ballotbox.polls import BoxStatus, Phase, PollKey
from domain.acts import Refusal
from web.count_desk.site import DeskSite
from web.polls import Poll, read_poll

COOKIE = "jiandu_count_desk"
FIELD = "form_token"


class NobodyThere(Exception):
    """No session: to the sign-in page."""


class PollOver(Exception):
    """The poll is closed or void, and with it every seat."""


@dataclass(frozen=True)
class Visit:
    """Somebody at work at the desk, with the poll as it stands."""

    poll: Poll
    seat: Seat
    status: BoxStatus | None
    """None while the phones' side cannot be reached: paper goes on without it."""
    form_token: str
    """Stands in every form of the session."""

    @property
    def scrutineer(self) -> bool:
        """Whether this is one who decides and enters nothing."""
        return self.seat.entry is None


async def visit_of(request: Request, site: DeskSite) -> Visit:
    """Who sent the request. Raises `NobodyThere`, `PollOver`; `Refusal` while the poll has no box yet."""
    token = request.cookies.get(COOKIE)
    who = await site.desk.signed_in(site.town, token) if token else None
    if token is None or who is None:
        raise NobodyThere
    poll = await read_poll(site.engine, site.town, who.poll.poll_id)
    if poll is None or poll.state.stage.over:
        await site.desk.end(who.poll)
        raise PollOver
    status = await _status(site, who.poll)
    if status is not None and status.phase in (Phase.CLOSED, Phase.DISCARDED):
        await site.desk.end(who.poll)
        raise PollOver
    return Visit(poll, who.seat, status, _form_token(token))


async def _status(site: DeskSite, poll: PollKey) -> BoxStatus | None:
    try:
        return await site.box.status(poll)
    except PartyUnreachable:
        return None
    except Refusal as refusal:
        if refusal.code == "unknown_poll":
            raise Refusal("not_open", "测评还没有开始。请等主持人宣布开始后刷新本页。") from refusal
        raise


async def own_form(request: Request, form_token: str) -> FormData:
    """The fields of a form of this session. 403 when it was not made by our page for this session."""
    form = await request.form()
    given = form.get(FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), form_token.encode()):
        raise HTTPException(403, "表单已经过期，未予办理。请返回刷新页面后再录。")
    return form


def refuse_foreign(request: Request) -> None:
    """403 for a request that changes something and was not sent by a page of this desk.

    Stricter than the town's pages: no program posts here, so a request that does not say where it is from is refused.
    """
    if request.method in ("GET", "HEAD"):
        return
    if not _from_here(request.headers):
        raise HTTPException(403, "请求不是从计票台的页面发出的，未予办理。")


def _from_here(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    # Browsers send the former over HTTPS only. The latter is `null` where a page forbids referrers; ours does not.
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def let_in(request: Request, answer: Response, token: str) -> None:
    """Give the session's cookie. It ends with the poll, or when the browser is closed."""
    secure = request.url.scheme == "https"
    options: dict[str, Any] = {"httponly": True, "samesite": "strict", "secure": secure}
    answer.set_cookie(COOKIE, token, **options)


def _form_token(session_token: str) -> str:
    """Made of the session's token, so that nothing more is kept; the token cannot be told from it."""
    return hmac.new(session_token.encode(), b"jiandu-count-desk-form/1", hashlib.sha256).hexdigest()
