"""Typing the forms of one entry: how far one is, a form to type, saving it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ballotbox.ballots import Sheet
from ballotbox.interface import Entry
from domain.acts import Refusal
from domain.cases.poll.forms import FormSeries
from web.count_desk.door import Visit, own_form, visit_of
from web.count_desk.marks import BLANK, ballots, choices, marks_of, rows
from web.count_desk.progress import Progress, progress_of
from web.count_desk.site import DeskSite
from web.count_desk.tray import Tray


def entry_pages(site: DeskSite, show: Callable[..., HTMLResponse]) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)
    tray = Tray(site)

    async def progress(visit: Visit, series: FormSeries) -> Progress:
        entry = _entry(visit)
        claims = await site.desk.claims(visit.poll.key, series.letter, entry)
        return progress_of(visit, series, await tray.typed(visit.poll, series, entry), claims)

    @router.get("/forms")
    async def overview(request: Request) -> HTMLResponse:
        visit = await visit_of(request, site)
        _entry(visit)
        series = [await progress(visit, each) for each in visit.poll.forms.series]
        return show(request, "forms.html", visit=visit, series=series)

    @router.get("/forms/{letter}")
    async def by_number(request: Request, letter: str, form: int) -> Response:
        return RedirectResponse(f"/forms/{letter}/{form}", status_code=303)

    @router.get("/forms/{letter}/{form}")
    async def one_form(request: Request, letter: str, form: int) -> HTMLResponse:
        visit = await visit_of(request, site)
        return await form_page(request, visit, _series(visit, letter), form, fault="", sent=None)

    @router.post("/forms/{letter}/{form}")
    async def save(request: Request, letter: str, form: int) -> Response:
        visit = await visit_of(request, site)
        series, entry = _series(visit, letter), _entry(visit)
        _refuse_number(series, form)
        fields = await own_form(request, visit.form_token)
        sent = {name: [str(value) for value in fields.getlist(name)] for name in fields}
        holder = await site.desk.claim(visit.poll.key, letter, form, visit.seat)
        try:
            if holder != visit.seat.person:
                raise Refusal(
                    "claimed", f"{series.number(form)} 号票由 {holder} 在录，没有保存；需要改由您录的，请先接手。"
                )
            given = ballots(visit.poll.forms, rows(visit.poll.forms, series), sent)
            sheets = [Sheet(subject, form, ballot) for subject, ballot in given.items()]
            await site.box.enter_papers(visit.poll.key, entry, sheets, person=visit.seat.person)
        except Refusal as refusal:
            return await form_page(request, visit, series, form, fault=refusal.message, sent=sent)
        after = await progress(visit, series)
        goes_on = f"/{letter}/{after.next}" if after.next is not None else ""
        return RedirectResponse(f"/forms{goes_on}?saved={series.number(form)}", status_code=303)

    @router.post("/forms/{letter}/{form}/take")
    async def take(request: Request, letter: str, form: int) -> Response:
        visit = await visit_of(request, site)
        series = _series(visit, letter)
        _refuse_number(series, form)
        await own_form(request, visit.form_token)
        await site.desk.claim(visit.poll.key, letter, form, visit.seat, over=True)
        return RedirectResponse(f"/forms/{letter}/{form}", status_code=303)

    async def form_page(
        request: Request, visit: Visit, series: FormSeries, form: int, *, fault: str, sent: dict[str, list[str]] | None
    ) -> HTMLResponse:
        entry = _entry(visit)
        _refuse_number(series, form)
        holder = await site.desk.claim(visit.poll.key, series.letter, form, visit.seat)
        before = await tray.form(visit.poll, series, form, entry, visit.seat.person)
        asked = rows(visit.poll.forms, series)
        ticked = {
            row.field: (sent or {}).get(row.field, [])
            if sent is not None
            else marks_of(before.get(row.subject.subject), row.question.key)
            for row in asked
        }
        return show(
            request,
            "form.html",
            status_code=422 if fault else 200,
            visit=visit,
            series=series,
            number=series.number(form),
            form=form,
            rows=asked,
            choices=choices(visit.poll.forms),
            blank=BLANK,
            ticked=ticked,
            again=bool(before),
            holder=holder if holder != visit.seat.person else None,
            fault=fault,
            saved=request.query_params.get("saved", ""),
            progress=await progress(visit, series),
        )

    return router


def _entry(visit: Visit) -> Entry:
    if visit.seat.entry is None:
        raise HTTPException(403, "监票人只裁定差异，不录票。")
    return visit.seat.entry


def _series(visit: Visit, letter: str) -> FormSeries:
    series = visit.poll.forms.of_letter(letter)
    if series is None:
        raise HTTPException(404)
    return series


def _refuse_number(series: FormSeries, form: int) -> None:
    """A mistyped number must not make a ballot. Twice the deputies leaves room for spare forms."""
    if not 1 <= form <= 2 * series.forms:
        raise Refusal("no_such_form", f"没有 {series.letter}-{form} 号票，请核对票面右上角的票号。")
