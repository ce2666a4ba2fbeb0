"""整改台账: the discipline office's board of all rectifications, overdue ones first, and its export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import xlsxwriter  # type: ignore[import-untyped]
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from domain.calendar import WorkCalendar
from domain.roster.books import CALENDAR
from eventstore.database import in_town
from projections.cases import cases
from projections.rectifications import rectifications
from web.accounts.concern import read_concern
from web.discipline.detail import read_detail
from web.discipline.filing import read_filings
from web.discipline.filters import STATES, Filter
from web.lights import Shown, light_of
from web.reading import read_town_book, years
from web.site import Site
from web.words import stage_word

Show = Callable[..., HTMLResponse]
_ORDER = {"red": 0, "yellow": 1, "green": 2, "grey": 3}
_HEADINGS = (
    "单位",
    "负责人",
    "阶段",
    "通知送达",
    "方案期限",
    "方案",
    "整改期限",
    "延期",
    "报告",
    "红黄绿灯",
    "组织处理",
    "备案文号",
    "备案日期",
)


@dataclass(frozen=True)
class Row:
    """A rectification on the board."""

    case_id: str
    post: str
    responsible: str
    stage: str
    open: bool
    served_on: date | None
    plan_due: date | None
    plan_on: date | None
    first_due: date | None
    due: date | None
    reported_on: date | None
    handling_proposed: bool
    light: Shown
    working_days: int | None
    """Working days left, the due date counted; negative when overdue. None where nothing is due."""
    filed_under: str | None = None
    """The number under which the opinions were filed with the discipline office (备案)."""
    filed_on: date | None = None

    @property
    def path(self) -> str:
        """Its page on the board."""
        return f"/rectifications/{self.case_id}"

    @property
    def extended(self) -> bool:
        """Whether the date in force is a later one than that which was served."""
        return self.first_due is not None and self.due != self.first_due


def working_days(calendar: WorkCalendar, today: date, due: date) -> int:
    """Working days after `today` up to and with `due`; negative for those since a due date that has passed."""
    if due < today:
        return -calendar.working_days_between(due, today)
    return calendar.working_days_between(today, due)


async def read_board(site: Site, year: int | None) -> list[Row]:
    """All rectifications of a year (None: of all years): overdue first, then by due date, closed ones last."""
    query = (
        select(rectifications, cases.c.subject, cases.c.case_id, cases.c.stage, cases.c.open, cases.c.outcome)
        .add_columns(cases.c.year)
        .join(cases, (cases.c.town == rectifications.c.town) & (cases.c.stream == rectifications.c.stream))
        .where(rectifications.c.town == site.town)
    )
    if year is not None:
        query = query.where(cases.c.year == year)
    async with in_town(site.engine, site.town) as connection:
        found = (await connection.execute(query)).all()
        filings = await read_filings(connection, site.town) if found else {}
    calendar = await read_town_book(site.engine, site.town, CALENDAR)
    today = site.today()
    rows = [
        Row(
            case_id=each.case_id,
            post=each.post_name,
            responsible=each.responsible,
            stage=stage_word(each.stage if each.open else each.outcome or each.stage),
            open=each.open,
            served_on=each.served_on,
            plan_due=each.plan_due,
            plan_on=each.plan_on,
            first_due=each.first_due,
            due=each.due,
            reported_on=each.reported_on,
            handling_proposed=each.handling_proposed,
            light=light_of(each.due, today, open_=each.open and each.reported_on is None),
            working_days=working_days(calendar, today, each.due) if each.due is not None and each.open else None,
            filed_under=filing.number if (filing := filings.get((each.year, each.subject))) is not None else None,
            filed_on=filing.on if filing is not None else None,
        )
        for each in found
    ]
    return sorted(rows, key=lambda row: (not row.open, _ORDER[row.light.colour], row.due or date.max, row.case_id))


def workbook(rows: Sequence[Row], title: str) -> bytes:
    """The rows as an Excel file. Texts stay texts: no formula can come from a name."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1, "text_wrap": True})
        cell = book.add_format({"border": 1, "num_format": "@", "text_wrap": True})
        day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("整改台账")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(1)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        sheet.set_column(0, len(_HEADINGS) - 1, 14)
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        for column, heading in enumerate(_HEADINGS):
            sheet.write_string(1, column, heading, head)
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(_cells(row)):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write_string(number, column, value, cell)
        sheet.autofilter(1, 0, 1 + len(rows), len(_HEADINGS) - 1)
        sheet.freeze_panes(2, 1)
    return file.getvalue()


def _cells(row: Row) -> tuple[str | date, ...]:
    return (
        row.post,
        row.responsible,
        row.stage,
        row.served_on or "",
        row.plan_due or "",
        row.plan_on or "",
        row.due or "",
        "已延期" if row.extended else "",
        row.reported_on or "",
        row.light.word,
        "已建议" if row.handling_proposed else "",
        row.filed_under or "",
        row.filed_on or "",
    )


def rectification_pages(site: Site, show: Show) -> APIRouter:
    """The board, each rectification in detail, and the export of what the board shows."""
    router = APIRouter(default_response_class=HTMLResponse)

    async def shown(chosen: Filter) -> list[Row]:
        return chosen.among(await read_board(site, chosen.year))

    @router.get("/rectifications")
    async def board(request: Request, year: str = "", state: str = "", unit: str = "") -> HTMLResponse:
        chosen = _chosen(year, state, unit)
        of_year = await read_board(site, chosen.year)
        counts = {colour: sum(row.open and row.light.colour == colour for row in of_year) for colour in _ORDER}
        values = {"chosen": chosen, "states": STATES, "years": await years(site.engine, site.town)}
        rows = chosen.among(of_year)
        return show(request, "rectifications.html", "rectifications", rows=rows, counts=counts, **values)

    @router.get("/rectifications.xlsx")
    async def export(year: str = "", state: str = "", unit: str = "") -> Response:
        chosen = _chosen(year, state, unit)
        title = f"{site.town_name}限期整改台账{f'（{chosen.words}）' if chosen.words else ''}　{site.today()}"
        data = workbook(await shown(chosen), title)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        headers = {"content-disposition": 'attachment; filename="rectifications.xlsx"'}
        return Response(data, media_type=kind, headers=headers)

    @router.get("/rectifications/{case_id}")
    async def one(request: Request, case_id: str) -> HTMLResponse:
        concern = await read_concern(site, request.state.session)
        found = await read_detail(site, concern, case_id)
        if found is None:
            raise HTTPException(404, f"没有限期整改 {case_id}")
        return show(request, "rectification.html", "rectifications", detail=found, state=found.state)

    return router


def _chosen(year: str, state: str, unit: str) -> Filter:
    return Filter(int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None, state, unit)
