"""What goes across all cases: the trail of acts, search, pictures, bulk acts, the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter

from web.accounts.store import AccountStore
from web.api.pages import api_pages, api_routes
from web.api.tokens import TokenStore
from web.audit.pages import audit_pages
from web.audit.verification import Verifier
from web.bulk.pages import bulk_pages
from web.bulk.progress import progress_pages
from web.bulk.running import BatchRunner
from web.bulk.store import BatchStore
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
    operations = api_routes(site, verifier)
    tokens = TokenStore(site.engine, site.town, AccountStore(site.engine, site.town))
    yield from operations
    yield api_pages(site, show, tokens, operations)
    if site.counter is not None:
        batches = BatchStore(site.engine, site.town)
        runner = BatchRunner(site.counter, batches)
        yield bulk_pages(site, site.counter, show, batches, runner)
        yield progress_pages(show, batches, runner)
