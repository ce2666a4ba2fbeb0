"""What tells people in time: in-box, board of rectifications, reminders, deadlines, changes."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter

from web import moments as moments  # its filter
from web.accounts.store import AccountStore
from web.calendar_feed.pages import calendar_pages
from web.calendar_feed.settings import settings_pages
from web.live.events import event_pages
from web.rectifications import rectification_pages
from web.reminders.pages import reminder_pages
from web.rendering import Screen
from web.site import Site
from web.todo import todo_pages


def office_pages(site: Site, show: Screen, accounts: AccountStore) -> Iterator[APIRouter]:
    """The routers."""
    yield todo_pages(site, show)
    yield rectification_pages(site, show)
    yield reminder_pages(site, show, accounts)
    yield calendar_pages(site, show, accounts)
    yield settings_pages(site, show)
    yield event_pages(site, accounts)
