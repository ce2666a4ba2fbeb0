"""A roster from Excel: uploaded, previewed or given back with its faults, confirmed.

What is confirmed is the file that was previewed, kept here, against the roster it was previewed with: not what a
browser sends a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.faults import Fault, Invalid
from domain.roster.books import ROSTER
from domain.roster.commands import ImportRoster
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.acts.counter import Counter
from web.acts.pages import actor_of
from web.papers.download import download
from web.roster.entries import TownRoster, read_roster
from web.roster.file import MAX_BYTES, SHEETS, marked_file, read_file
from web.roster.lists import SHOWN
from web.roster.uploads import Upload, Uploads
from web.site import Site

Show = Callable[..., HTMLResponse]

_FORM_BYTES = 64 * 2**10
_SHOWN_FAULTS = 200
_AGAIN = "这个文件已不在系统里（预览保留半小时，且只有上传的人能用）；请重新上传。"
_TOO_LARGE = f"文件超过 {MAX_BYTES // 2**20} MB，没有接收；请只保留名册所需的工作表。"


def _refuse_large(request: Request) -> None:
    """Before anything of the body is read. A browser always says how long its form is."""
    if request.method == "POST":
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES + _FORM_BYTES:
            raise HTTPException(413, _TOO_LARGE)


class _Desk:
    """An upload on its way into the roster, and what its pages show."""

    def __init__(self, site: Site, counter: Counter, show: Show) -> None:
        self._site = site
        self._counter = counter
        self._show = show
        self.uploads = Uploads()

    def form(
        self,
        request: Request,
        fault: str = "",
        *,
        chosen: str = "both",
        faults: Sequence[Fault] = (),
        upload: Upload | None = None,
    ) -> HTMLResponse:
        """The form, above it what was wrong."""
        return self._show(
            request,
            "roster_import.html",
            "roster",
            status_code=422 if fault or faults else 200,
            fault=fault,
            sheets=SHEETS,
            chosen=chosen,
            count=len(faults),
            faults=faults[:_SHOWN_FAULTS],
            more=max(0, len(faults) - _SHOWN_FAULTS),
            upload=upload,
        )

    async def preview(self, request: Request, upload: Upload, town: TownRoster, fault: str = "") -> HTMLResponse:
        """What the file would change, or what is wrong with it."""
        read = await read_file(upload.data, upload.sheets, town.state, self._site.today())
        if isinstance(read, Invalid):
            # A file that cannot be opened has faults in no cell, and no copy in which they could be marked.
            kept = upload if any("!" in each.path for each in read.faults) else None
            return self.form(request, chosen=upload.sheets, faults=read.faults, upload=kept)
        return self._show(
            request,
            "roster_preview.html",
            "roster",
            status_code=422 if fault else 200,
            fault=fault,
            upload=upload,
            preview=read,
            heads=any("负责人：" in detail and "→" in detail for each in read.changes for detail in each.details),
            shown=SHOWN,
        )

    async def confirm(self, request: Request, upload: Upload, retire_missing: bool, heads_from: str) -> Response:
        """Enter what was previewed, if the roster is still the one of the preview."""
        town = await read_roster(self._site.engine, self._site.town)
        if town.version != upload.roster_version:
            self.uploads.forget(upload.key)
            again = self.uploads.keep(upload.owner, upload.name, upload.data, upload.sheets, town.version)
            return await self.preview(request, again, town, "预览之后名册又有改动，请按现在的名册重新核对。")
        try:
            day = date.fromisoformat(heads_from) if heads_from else None
        except ValueError:
            return await self.preview(request, upload, town, f"日期“{heads_from}”不对，写作 2026-06-20。")
        read = await read_file(upload.data, upload.sheets, town.state, self._site.today())
        if isinstance(read, Invalid):
            return await self.preview(request, upload, town)
        act = read.act(retire_missing=retire_missing, heads_from=day)
        try:
            await self._counter.enter(ROSTER, act, actor_of(request, ImportRoster), f"web-roster-{upload.key}")
        except Refusal as refusal:
            return await self.preview(request, upload, town, refusal.message)
        self.uploads.forget(upload.key)
        first = "deputies" if read.roster.subjects is None else "subjects"
        return RedirectResponse(f"/roster/{first}?done=import", status_code=303)


def import_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[Depends(_refuse_large), refuse_foreign_form])
    desk = _Desk(site, counter, show)
    uploads = desk.uploads

    @router.get("/roster/import")
    async def import_form(request: Request) -> HTMLResponse:
        return desk.form(request)

    @router.post("/roster/import")
    async def uploaded(
        request: Request, file: UploadFile | None = None, sheets: Annotated[str, Form()] = "both"
    ) -> Response:
        data = b"" if file is None else await file.read(MAX_BYTES + 1)
        if file is None or not data:
            return desk.form(request, "没有选文件，或文件是空的；请选一个 .xlsx 文件。")
        if len(data) > MAX_BYTES:
            return desk.form(request, _TOO_LARGE)
        if sheets not in SHEETS:
            return desk.form(request, "请选读哪张表。")
        town = await read_roster(site.engine, site.town)
        upload = uploads.keep(_owner(request), file.filename or "名册.xlsx", data, sheets, town.version)
        return await desk.preview(request, upload, town)

    @router.get("/roster/import/{key}/marked.xlsx")
    async def marked(request: Request, key: str) -> Response:
        upload = uploads.find(key, _owner(request))
        if upload is None:
            raise HTTPException(404, _AGAIN)
        town = await read_roster(site.engine, site.town)
        read = await read_file(upload.data, upload.sheets, town.state, site.today())
        if not isinstance(read, Invalid):
            raise HTTPException(404, "这个文件没有错误。")
        try:
            return download(await marked_file(upload.data, read.faults), "名册（标出错误）", "roster-faults", "xlsx")
        except Invalid as invalid:
            raise HTTPException(404, invalid.faults[0].message) from invalid

    @router.post("/roster/import/{key}/confirm")
    async def confirmed(
        request: Request,
        key: str,
        retire_missing: Annotated[bool, Form()] = False,
        heads_from: Annotated[str, Form()] = "",
    ) -> Response:
        upload = uploads.find(key, _owner(request))
        if upload is None:
            return desk.form(request, _AGAIN)
        return await desk.confirm(request, upload, retire_missing, heads_from)

    return router


def _owner(request: Request) -> str:
    session: Session | None = request.state.session
    return "" if session is None else session.account.login
