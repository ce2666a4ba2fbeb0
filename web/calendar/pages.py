"""Pages of the working days (工作日历): a year, its arrangement entered, and how a date was counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.calendar import WorkCalendar, YearTable, unannounced_warning
from domain.faults import Fault, Invalid
from domain.roster.books import CALENDAR
from domain.roster.standing import OFFICIAL_SOURCE, LoadYearTable
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of, may_do
from web.calendar.days import MOST_DAYS, MOST_MONTHS, Counted, DayKind, count_months, count_working_days, months_of
from web.calendar.written import read_table, written, written_singly
from web.reading import read_town_book
from web.site import Site

Show = Callable[..., HTMLResponse]

_DONE = {"saved": "已保存。以后计算的期限按新表；已经算定并写进案件的期限不变。", "same": "和现在的表一样，没有变化。"}
_FIRST, _LAST = 2000, 2200


def workday_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])

    async def calendar() -> WorkCalendar:
        return await read_town_book(site.engine, site.town, CALENDAR)

    async def year_page(
        request: Request,
        year: int,
        *,
        faults: Sequence[Fault] = (),
        typed: tuple[str, str, str] | None = None,
        **more: Any,
    ) -> HTMLResponse:
        days = await calendar()
        table = next((each for each in days.tables if each.year == year), None)
        rest, working, source = typed or (
            written(table.rest_days if table else ()),
            written_singly(table.working_days if table else ()),
            "",
        )
        return show(
            request,
            "workdays.html",
            "workdays",
            status_code=422 if faults else 200,
            **{
                "year": year,
                "table": table,
                "months": months_of(days, year),
                "kinds": DayKind,
                "warning": unannounced_warning([] if table else [year]),
                "may_edit": may_do(request, LoadYearTable),
                "rest": rest,
                "working": working,
                "source": source,
                "faults": faults,
                "today": site.today(),
                "done": "",
                **more,
            },
        )

    async def enter(request: Request, table: YearTable, source: str) -> str:
        act = LoadYearTable(table=table, source=source)
        events = await counter.enter(CALENDAR, act, actor_of(request, LoadYearTable), f"web-{uuid4()}")
        return "saved" if events else "same"

    @router.get("/workdays")
    async def year(
        request: Request, year: Annotated[int | None, Query(ge=_FIRST, le=_LAST)] = None, done: str = ""
    ) -> HTMLResponse:
        return await year_page(request, year or site.today().year, done=_DONE.get(done, ""))

    @router.get("/workdays/count")
    async def count(
        request: Request,
        from_: Annotated[str, Query(alias="from", max_length=20)] = "",
        days: Annotated[str, Query(max_length=6)] = "",
        months: Annotated[str, Query(max_length=6)] = "",
    ) -> HTMLResponse:
        counted, fault = _counted(await calendar(), from_, days, months)
        return show(
            request,
            "workdays_count.html",
            "workdays",
            status_code=422 if fault else 200,
            counted=counted,
            fault=fault,
            start=from_ or site.today().isoformat(),
            days=days,
            months=months,
            warning=unannounced_warning(list(counted.unannounced)) if counted else None,
        )

    @router.post("/workdays/{year}")
    async def save(
        request: Request,
        year: int,
        rest: Annotated[str, Form(max_length=5000)] = "",
        working: Annotated[str, Form(max_length=5000)] = "",
        source: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        typed = (rest, working, source)
        if not _FIRST <= year <= _LAST or not source.strip():
            fault = Fault(path="依据", message="请写明依据的通知，如“国办发明电〔2026〕×号”")
            return await year_page(request, min(max(year, _FIRST), _LAST), faults=[fault], typed=typed)
        try:
            done = await enter(request, read_table(year, rest, working), source.strip())
        except Invalid as invalid:
            return await year_page(request, year, faults=invalid.faults, typed=typed)
        except Refusal as refusal:
            return await year_page(request, year, faults=[Fault(path="", message=refusal.message)], typed=typed)
        return RedirectResponse(f"/workdays?year={year}&done={done}", status_code=303)

    @router.post("/workdays/{year}/official")
    async def official(request: Request, year: int) -> Response:
        table = await announced(year)
        if table is None:
            said = f"系统里还没有 {year} 年的放假安排：可能尚未公布，或需要升级系统；公布后也可在下面自己录入。"
            return await year_page(request, min(max(year, _FIRST), _LAST), faults=[Fault(path="", message=said)])
        done = await enter(request, table, OFFICIAL_SOURCE)
        return RedirectResponse(f"/workdays?year={year}&done={done}", status_code=303)

    return router


async def announced(year: int) -> YearTable | None:
    """The State Council's table of a year, as far as this version of the product knows it."""

    def read() -> Sequence[YearTable]:
        from domain.official_holidays import official_tables

        return official_tables([year]) if _FIRST <= year <= _LAST else ()

    return next(iter(await asyncio.to_thread(read)), None)


def _counted(calendar: WorkCalendar, start: str, days: str, months: str) -> tuple[Counted | None, str]:
    """The count that is asked for, or what is wrong with the question; neither where nothing is asked."""
    if not start and not days and not months:
        return None, ""
    try:
        first = date.fromisoformat(start)
    except ValueError:
        return None, "起始日写作 2026-03-02。"
    if not _FIRST <= first.year <= _LAST:
        return None, f"起始日应在 {_FIRST} 年至 {_LAST} 年之间。"
    if months:
        if not months.isdecimal() or int(months) > MOST_MONTHS:
            return None, f"月数是 0 至 {MOST_MONTHS} 的整数。"
        return count_months(calendar, first, int(months)), ""
    if not days.isdecimal() or int(days) > MOST_DAYS:
        return None, f"工作日数是 0 至 {MOST_DAYS} 的整数。"
    return count_working_days(calendar, first, int(days)), ""
