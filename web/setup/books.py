"""All pages of the town's books in one: roster, policy, working days, and the guide that leads through them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.acts.counter import Counter
from web.calendar.pages import workday_pages
from web.policy.pages import policy_pages
from web.roster.importing import import_pages
from web.roster.pages import roster_pages
from web.setup.pages import setup_pages
from web.site import Site

Show = Callable[..., HTMLResponse]


def book_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter()
    router.include_router(setup_pages(site, counter, show))
    router.include_router(roster_pages(site, counter, show))
    router.include_router(import_pages(site, counter, show))
    router.include_router(policy_pages(site, counter, show))
    router.include_router(workday_pages(site, counter, show))
    return router
