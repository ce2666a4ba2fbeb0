"""All pages of papers."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter

from web.papers.overview import overview_pages
from web.papers.pages import paper_pages
from web.papers.templates import template_pages
from web.rendering import Screen
from web.site import Site


def paper_routers(site: Site, show: Screen) -> Iterator[APIRouter]:
    """The routers."""
    yield paper_pages(site, show)
    yield overview_pages(site, show)
    yield template_pages(site, show)
