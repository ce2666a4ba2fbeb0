"""Templates with what every page needs: the town, where one is, who one is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from starlette.routing import BaseRoute, Match

from domain.acts import Role
from web.accounts.access import may_see
from web.accounts.model import Session
from web.navigation import GROUPS, navigation
from web.site import Site
from web.words import ROLES

templates = Jinja2Templates(Path(__file__).parent / "templates")
templates.env.filters["role_word"] = ROLES.__getitem__


class Screen:
    """Shows templates of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._with_entry: frozenset[str] | None = None

    def __call__(
        self, request: Request, name: str, here: str, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page; `here` is the entry of the navigation that it belongs to."""
        session: Session | None = getattr(request.state, "session", None)

        def seen(path: str) -> bool:
            return session is None or may_see(path, session.account.roles)

        context = {
            "site": self._site,
            "navigation": navigation(self._served(request), seen, None if session is None else session.account.roles),
            "searchable": "/search" in self._served(request) and seen("/search"),
            "here": here,
            "session": session,
            "no_accounts": getattr(request.state, "no_accounts", False),
            "roles": [role for role in Role if role is not Role.SYSTEM],
            "may_see": seen,
            **values,
        }
        return templates.TemplateResponse(request, name, context, status_code=status_code)

    def _served(self, request: Request) -> frozenset[str]:
        """The navigation's paths that this installation has; a site without a counter, say, lacks some."""
        if self._with_entry is None:
            paths = [entry.path for _, entries in GROUPS for entry in entries]
            self._with_entry = frozenset(path for path in paths if _serves(request.app.routes, path))
        return self._with_entry


def _serves(routes: Sequence[BaseRoute], path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in routes)
