"""All routes of the year-end assessment."""

from __future__ import annotations

from fastapi import APIRouter

from web.rendering import Screen
from web.site import Site
from web.yearend.history import history_pages
from web.yearend.intake import intake_pages
from web.yearend.pages import yearend_pages
from web.yearend.progress import progress_pages
from web.yearend.sheet_pages import sheet_pages


def yearend_routes(site: Site, show: Screen) -> APIRouter:
    """The pages, and where acts are done the forms and their progress."""
    router = APIRouter()
    if site.counter is not None:
        # The history first: `/yearend/{year}` takes what is left.
        for pages in (history_pages, sheet_pages, intake_pages, progress_pages):
            router.include_router(pages(site, site.counter, show))
    router.include_router(yearend_pages(site, show))
    return router
