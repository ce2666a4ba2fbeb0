"""What goes across all cases: the trail of acts, search, bulk acts, the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter

from web.audit.pages import audit_pages
from web.audit.verification import Verifier
from web.pictures import picture_pages
from web.rendering import Screen
from web.search import search_pages
from web.site import Site


def desk_pages(site: Site, show: Screen) -> Iterator[APIRouter]:
    """The routers."""
    verifier = Verifier(site.engine, site.town, site.log_keys)
    yield audit_pages(site, show, verifier)
    yield search_pages(site, show)
    yield picture_pages(site, show)
