"""办理留痕: the trail on a page, its export, and the verification of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Role
from domain.cases.case import TOWN_ZONE
from web.accounts.forms import refuse_foreign_form
from web.accounts.model import Session
from web.audit.export import MOST, export_of
from web.audit.trail import PAGE, Filter, count_lines, kinds_of_acts, names_of, read_head, read_lines
from web.audit.verification import Run, Verifier
from web.site import Site

Show = Callable[..., HTMLResponse]
Given = Annotated[str, Query(max_length=100)]
_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def filter_of(
    person: Given = "",
    case: Given = "",
    from_: Annotated[str, Query(alias="from", max_length=10)] = "",
    until: Given = "",
    what: Given = "",
    role: Given = "",
) -> Filter:
    """The filter of a form; an empty field filters nothing, and neither does a day that is none."""
    return Filter(
        person=_clean(person),
        case=_clean(case),
        from_=_day(from_),
        until=_day(until),
        what=_clean(what),
        role=next((each for each in Role if each.value == role), None),
    )


Wanted = Annotated[Filter, Depends(filter_of)]


def audit_pages(site: Site, show: Show, verifier: Verifier) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    @router.get("/audit")
    async def trail(request: Request, wanted: Wanted, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
        names = await names_of(site.engine, site.town)
        total = await count_lines(site.engine, site.town, wanted, names)
        pages = max(1, -(-total // PAGE))
        if page > pages:
            return RedirectResponse(f"/audit?{wanted.query()}", status_code=303)
        lines = await read_lines(site.engine, site.town, wanted, names, limit=PAGE, offset=(page - 1) * PAGE)
        runs = await verifier.last()
        return show(
            request,
            "audit.html",
            "audit",
            lines=lines,
            wanted=wanted,
            total=total,
            page=page,
            pages=pages,
            first=(page - 1) * PAGE + 1,
            acts=await kinds_of_acts(site.engine, site.town),
            head=await read_head(site.engine, site.town),
            too_many=total > MOST,
            most=MOST,
            **verification_values(runs),
        )

    async def export(wanted: Filter, form: str) -> Response:
        names = await names_of(site.engine, site.town)
        head = await read_head(site.engine, site.town)
        if await count_lines(site.engine, site.town, wanted, names) > MOST:
            raise HTTPException(404, f"一次最多导出 {MOST} 条；请用日期或案件缩小范围后再导出。")
        lines = await read_lines(site.engine, site.town, wanted, names, limit=MOST)
        made = f"{datetime.now(UTC).astimezone(TOWN_ZONE):%Y-%m-%d %H:%M}"
        file = export_of(lines, wanted, head, site.town_name, made)
        data = await asyncio.to_thread(file.csv if form == "csv" else file.xlsx)
        headers = {"content-disposition": f'attachment; filename="audit.{form}"', "x-digest-sha256": file.digest}
        return Response(data, media_type=_MEDIA[form], headers=headers)

    @router.get("/audit.csv")
    async def as_csv(wanted: Wanted) -> Response:
        return await export(wanted, "csv")

    @router.get("/audit.xlsx")
    async def as_xlsx(wanted: Wanted) -> Response:
        return await export(wanted, "xlsx")

    @router.post("/audit/verification")
    async def begin(request: Request) -> Response:
        session: Session | None = request.state.session
        # While one is under way the page shows that one.
        await verifier.begin(session.account.person if session is not None else "web")
        return RedirectResponse("/audit#verification", status_code=303)

    @router.get("/audit/verification")
    async def standing(request: Request) -> HTMLResponse:
        return show(request, "audit_verification.html", "audit", **verification_values(await verifier.last()))

    return router


def verification_values(runs: list[Run]) -> dict[str, object]:
    """What the part of the page about verifications shows."""
    now = datetime.now(UTC)
    running = next((run for run in runs if run.running(now)), None)
    ended = [run for run in runs if run is not running]
    return {"running": running, "last": ended[0] if ended else None, "zone": TOWN_ZONE}


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
