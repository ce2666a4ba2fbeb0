"""A form of ours holds its session's token; one that does not was not made by our pages."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Depends, HTTPException, Request

FIELD = "form_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def _refuse_foreign_form(request: Request) -> None:
    session = getattr(request.state, "session", None)
    if request.method in _SAFE or session is None:
        return
    given = (await request.form()).get(FIELD)
    if not isinstance(given, str) or not secrets.compare_digest(given, session.form_token):
        raise HTTPException(403, "表单已经过期，未予办理。请返回刷新页面后再填。")


refuse_foreign_form: Any = Depends(_refuse_foreign_form)
"""Dependency of every router whose pages take forms. Without a session there is nothing that a stranger could use."""
