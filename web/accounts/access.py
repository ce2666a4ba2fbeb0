"""Which pages are whose: one table, asked in one place (`guard.py`). Which acts are whose says the domain.

A path that no line names is the staff's alone.
"""

from __future__ import annotations

import re

from domain.acts import Role

EVERYBODY = frozenset(Role) - {Role.SYSTEM}
STAFF = frozenset({Role.STAFF})

OPEN = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/",
    "/login",
    "/calendar/",
    "/d/",
    "/pin",
    "/pin/",
    "/board",
    "/board/screen",
)
"""Nobody need log in for these. Of the town's business the board shows what events made public, the rest nothing."""

_BOARD = STAFF | {Role.PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE}
_TRAIL = STAFF | {Role.PRESIDIUM}
_FIGURES = _BOARD | {Role.TOWN_LEADER}
_BOX = STAFF | {Role.PRESIDIUM, Role.SCRUTINEER}

PAGES: tuple[tuple[str, frozenset[Role]], ...] = (
    ("/", EVERYBODY),
    ("/account/password", EVERYBODY),
    ("/logout", EVERYBODY),
    ("/accounts/**", STAFF),
    ("/todo/**", EVERYBODY),
    ("/events", EVERYBODY),
    ("/calendar", EVERYBODY),
    ("/account/notices", EVERYBODY),
    ("/cases/**", EVERYBODY),
    ("/me/**", frozenset({Role.DEPUTY})),
    ("/mine", EVERYBODY - {Role.STAFF, Role.PRESIDIUM, Role.DEPUTY}),
    ("/cycles/**", STAFF),
    ("/polls/new", STAFF | {Role.PRESIDIUM}),
    ("/polls/*/paper/**", STAFF | {Role.PRESIDIUM}),
    ("/polls/*/scrutineers/**", _BOX),
    ("/polls/**", EVERYBODY),
    ("/rectifications/**", _BOARD),
    ("/rectifications.xlsx", _BOARD),
    ("/reminders/**", _TRAIL | {Role.DISCIPLINE_OFFICE}),
    ("/search", EVERYBODY),
    ("/papers", STAFF | {Role.PRESIDIUM, Role.DISCIPLINE_OFFICE}),
    ("/papers/rectifications.*", _BOARD),
    ("/pictures", _FIGURES | {Role.DEPUTY}),
    ("/pictures/*", _FIGURES),
    ("/subjects/**", _FIGURES),
    ("/bulk/**", STAFF | {Role.PRESIDIUM}),
    ("/api", EVERYBODY),
    ("/api/v1/audit/**", _TRAIL),
    ("/api/v1/cycles", STAFF),
    ("/api/v1/rectifications", _BOARD),
    ("/api/v1/roster", STAFF | {Role.PRESIDIUM}),
    ("/api/v1/**", EVERYBODY),
    ("/account/tokens/**", EVERYBODY),
    ("/audit", _TRAIL),
    ("/audit.csv", _TRAIL),
    ("/audit.xlsx", _TRAIL),
    ("/audit/verification", _TRAIL),
    ("/scans/*", EVERYBODY),
    ("/policy/**", STAFF | {Role.PRESIDIUM}),
    ("/workdays", EVERYBODY),
    ("/workdays/count", EVERYBODY),
    ("/board/inside", EVERYBODY),
    ("/status", STAFF | {Role.PRESIDIUM}),
    ("/yearend/history/**", STAFF | {Role.PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE}),
    ("/yearend/**", STAFF | {Role.PRESIDIUM, Role.PARTY_COMMITTEE}),
)
"""By the path, `*` for one part of it and `/**` for anything under it, itself included; the first that fits counts."""


def may_see(path: str, roles: tuple[Role, ...]) -> bool:
    """Whether a page is for somebody with these roles."""
    allowed = next((allowed for pattern, allowed in _COMPILED if pattern.fullmatch(path)), STAFF)
    return not allowed.isdisjoint(roles)


def is_open(path: str) -> bool:
    """Whether a page needs no log-in."""
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in OPEN)


def _pattern(path: str) -> re.Pattern[str]:
    under = path.endswith("/**")
    parts = "[^/]+".join(re.escape(part) for part in path.removesuffix("/**").split("*"))
    return re.compile(parts + ("(/.*)?" if under else ""))


_COMPILED = tuple((_pattern(path), allowed) for path, allowed in PAGES)
