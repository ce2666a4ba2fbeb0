"""Pages of the calendar: a month of deadlines, and the feed."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from domain.roster.books import CALENDAR
from web.accounts.concern import read_concern
from web.accounts.model import Session
from web.accounts.store import AccountStore
from web.calendar_feed.deadlines import by_day, read_deadlines
from web.calendar_feed.feed import calendar_bytes
from web.calendar_feed.month import first_of, month_of
from web.calendar_feed.tokens import Subscriptions
from web.reading import read_town_book
from web.rendering import Screen
from web.site import Site


def calendar_pages(site: Site, show: Screen, accounts: AccountStore) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)
    own = Subscriptions(site.engine, site.town)

    @router.get("/calendar")
    async def month_page(request: Request, month: str = "") -> Response:
        entries = await read_deadlines(site, await read_concern(site, request.state.session))
        days = await read_town_book(site.engine, site.town, CALENDAR)
        shown = month_of(first_of(month, site.today()), site.today(), days, by_day(entries))
        late = [entry for entry in entries if entry.day < site.today()]
        return show(request, "calendar.html", "calendar", month=shown, late=late)

    @router.get("/calendar/{token}.ics")
    async def feed(request: Request, token: str) -> Response:
        login = await own.login_of(token)
        found = None if login is None else await accounts.credentials(login)
        if found is None or found.account.disabled or found.account.must_change:
            raise HTTPException(404, "没有这个订阅地址，或已经收回。")
        now = datetime.now(UTC)
        reader = Session(account=found.account, began=now, form_token="")
        entries = await read_deadlines(site, await read_concern(site, reader))
        data = calendar_bytes(site, entries, str(request.base_url).rstrip("/"), now)
        headers = {"content-disposition": 'inline; filename="deadlines.ics"'}
        return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)

    return router
