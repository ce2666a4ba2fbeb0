"""Which pages are whose: one table, asked in one place (`guard.py`). Which acts are whose says the domain.

A path that no line names is the staff's alone.
"""

from __future__ import annotations

from domain.acts import Role

EVERYBODY = frozenset(Role) - {Role.SYSTEM}
STAFF = frozenset({Role.STAFF})

OPEN = ("/healthz", "/readyz", "/metrics", "/static/", "/login")
"""Nobody need log in for these; each shows nothing of the town's business."""

PAGES: tuple[tuple[str, frozenset[Role]], ...] = (
    ("/account", EVERYBODY),
    ("/logout", EVERYBODY),
    ("/accounts", STAFF),
    ("/todo", EVERYBODY),
    ("/cases/", EVERYBODY),
    ("/cycles/", STAFF),
    ("/polls/new", STAFF | {Role.PRESIDIUM}),
    ("/polls/", EVERYBODY),
    ("/rectifications", EVERYBODY - {Role.DEPUTY, Role.VILLAGE, Role.SCRUTINEER}),
    ("/rectifications.xlsx", EVERYBODY - {Role.DEPUTY, Role.VILLAGE, Role.SCRUTINEER}),
    ("/status", STAFF | {Role.PRESIDIUM}),
)
"""By the beginning of the path; the first that fits counts. `/account` is one's own page, `/accounts` the list."""


def may_see(path: str, roles: tuple[Role, ...]) -> bool:
    """Whether a page is for somebody with these roles."""
    if path == "/":
        return True
    for beginning, allowed in PAGES:
        if path == beginning.rstrip("/") or path.startswith(beginning.rstrip("/") + "/"):
            return not allowed.isdisjoint(roles)
    return not STAFF.isdisjoint(roles)


def is_open(path: str) -> bool:
    """Whether a page needs no log-in."""
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in OPEN)
