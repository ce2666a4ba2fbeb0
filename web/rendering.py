"""Templates with what every page needs: the town, where one is, who one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from domain.acts import Role
from web.accounts.access import may_see
from web.accounts.model import Session
from web.site import Site
from web.words import ROLES

templates = Jinja2Templates(Path(__file__).parent / "templates")
templates.env.filters["role_word"] = ROLES.__getitem__


class Screen:
    """Shows templates of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __call__(
        self, request: Request, name: str, here: str, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page; `here` is the entry of the navigation that it belongs to."""
        session: Session | None = getattr(request.state, "session", None)
        context = {
            "site": self._site,
            "here": here,
            "session": session,
            "no_accounts": getattr(request.state, "no_accounts", False),
            "roles": [role for role in Role if role is not Role.SYSTEM],
            "may_see": lambda path: session is None or may_see(path, session.account.roles),
            **values,
        }
        return templates.TemplateResponse(request, name, context, status_code=status_code)
