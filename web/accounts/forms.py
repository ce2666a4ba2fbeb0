"""A form of ours holds its session's token; one that does not was not made by our pages."""

from __future__ import annotations

import re
import secrets
from typing import Any

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData, UploadFile

FIELD = "form_token"
ACT_ID = "command_id"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MADE_HERE = re.compile(r"web-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def _refuse_foreign_form(request: Request) -> None:
    if request.method in _SAFE:
        return
    form = await request.form()
    _refuse_strange(form)
    session = getattr(request.state, "session", None)
    if session is None:
        return
    given = form.get(FIELD)
    if not isinstance(given, str) or not secrets.compare_digest(given, session.form_token):
        raise HTTPException(403, "表单已经过期，未予办理。请返回刷新页面后再填。")


def _refuse_strange(form: FormData) -> None:
    """What no page of ours sends: a NUL, which no text of the database holds, and an act's id of one's own choice.

    An id is used once in the town. Who chose one that a deadline, a year or a batch will use could keep it from coming.
    """
    texts = [text for name, value in form.multi_items() for text in (name, _text(value))]
    if any("\x00" in text for text in texts):
        raise HTTPException(422, "填写的内容里有不能保存的字符（NUL），未予办理。请删去后重填。")
    if ACT_ID in form and not all(_MADE_HERE.fullmatch(_text(each)) for each in form.getlist(ACT_ID)):
        raise HTTPException(422, "表单不完整，未予办理。请返回刷新页面后再填。")


def _text(value: UploadFile | str) -> str:
    return value if isinstance(value, str) else value.filename or ""


refuse_foreign_form: Any = Depends(_refuse_foreign_form)
"""Dependency of every router whose pages take forms. Without a session there is nothing that a stranger could use."""
