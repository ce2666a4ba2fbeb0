"""The town's own Word templates: look at the tags, download, upload what was checked, go back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from documents.papers.own import check, drop, has_own, keep, paper_of, shipped
from documents.papers.paper import Paper
from documents.papers.word import LARGEST
from domain.acts import Refusal
from web.accounts.forms import refuse_foreign_form
from web.papers.download import download
from web.site import Site

Show = Callable[..., HTMLResponse]
_NO_FOLDER = "本次运行没有数据文件夹，不能保存本镇的模板。"
_SAID = {"kept": "已采用本镇模板，今后出这份文书都用它。", "dropped": "已恢复系统自带的模板。"}


def template_pages(site: Site, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def template(request: Request, paper: Paper, fault: str = "", given: str = "") -> HTMLResponse:
        faults = (await asyncio.to_thread(check, site.papers))[f"{paper.key}.docx"]
        values = {"paper": paper, "own": has_own(site.papers, paper), "faults": faults, "fault": fault, "given": given}
        can_keep = site.papers is not None
        return show(
            request, "paper_template.html", "papers", status_code=422 if fault else 200, can_keep=can_keep, **values
        )

    @router.get("/papers/templates/{key}")
    async def template_page(request: Request, key: str, given: str = "") -> HTMLResponse:
        return await template(request, _of_key(key), given=_SAID.get(given, ""))

    @router.get("/papers/templates/{key}/{which}.docx")
    async def template_file(key: str, which: str) -> Response:
        paper = _of_key(key)
        if which == "own" and has_own(site.papers, paper) and site.papers is not None:
            data = await asyncio.to_thread((site.papers / f"{key}.docx").read_bytes)
        elif which == "shipped":
            data = await asyncio.to_thread(shipped, paper)
        else:
            raise HTTPException(404, "没有这份模板")
        return download(data, f"{paper.title}模板", f"{key}-template", "docx")

    @router.post("/papers/templates/{key}")
    async def upload(request: Request, key: str, file: UploadFile | None = None) -> Response:
        paper = _of_key(key)
        try:
            await asyncio.to_thread(keep, _folder(site), paper, b"" if file is None else await file.read(LARGEST + 1))
        except Refusal as refusal:
            return await template(request, paper, refusal.message)
        return RedirectResponse(f"/papers/templates/{key}?given=kept", status_code=303)

    @router.post("/papers/templates/{key}/drop")
    async def back(request: Request, key: str) -> Response:
        paper = _of_key(key)
        try:
            await asyncio.to_thread(drop, _folder(site), paper)
        except Refusal as refusal:
            return await template(request, paper, refusal.message)
        return RedirectResponse(f"/papers/templates/{key}?given=dropped", status_code=303)

    return router


def _of_key(key: str) -> Paper:
    try:
        return paper_of(key)
    except Refusal as refusal:
        raise HTTPException(404, refusal.message) from refusal


def _folder(site: Site) -> Path:
    if site.papers is None:
        raise Refusal("no_folder", _NO_FOLDER)
    return site.papers
