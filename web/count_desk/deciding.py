"""What the two entries read differently: a scrutineer decides, row by row, with the paper in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ballotbox.ballots import Ballot, Difference
from domain.acts import Refusal
from domain.cases.poll.forms import FormSeries
from web.count_desk.door import Visit, own_form, visit_of
from web.count_desk.marks import Choice, Row, ballots, choices, marks_of, rows
from web.count_desk.site import DeskSite
from web.count_desk.tray import Tray


def deciding_pages(site: DeskSite, show: Callable[..., HTMLResponse]) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse)
    tray = Tray(site)

    @router.get("/differences")
    async def overview(request: Request) -> HTMLResponse:
        visit = await visit_of(request, site)
        _scrutineer(visit)
        differing = await tray.differing(visit.poll)
        return show(
            request,
            "differences.html",
            visit=visit,
            differing=differing,
            waiting=sum(not each.decided for each in differing),
            unfinished=visit.status.unfinished if visit.status is not None else (),
            decided=request.query_params.get("decided", ""),
        )

    @router.get("/differences/{letter}/{form}")
    async def one(request: Request, letter: str, form: int) -> HTMLResponse:
        visit = await visit_of(request, site)
        _scrutineer(visit)
        return await page(request, visit, _series(visit, letter), form, "")

    @router.post("/differences/{letter}/{form}")
    async def decide(request: Request, letter: str, form: int) -> Response:
        visit = await visit_of(request, site)
        _scrutineer(visit)
        series = _series(visit, letter)
        fields = await own_form(request, visit.form_token)
        differing = await _differing(tray, visit, series, form)
        sent = {name: [str(value) for value in fields.getlist(name)] for name in fields}
        asked = [row for row in rows(visit.poll.forms, series) if row.subject.subject in differing]
        for row in asked:
            one = differing[row.subject.subject]
            if row.question.key not in one.rows:
                sent[row.field] = list(marks_of(one.first, row.question.key))
        try:
            decided = ballots(visit.poll.forms, asked, sent)
            for subject, ballot in decided.items():
                await site.box.decide(visit.poll.key, subject, form, ballot, scrutineer=visit.seat.person)
        except Refusal as refusal:
            return await page(request, visit, series, form, refusal.message)
        return RedirectResponse(f"/differences?decided={series.number(form)}", status_code=303)

    async def page(request: Request, visit: Visit, series: FormSeries, form: int, fault: str) -> HTMLResponse:
        differing = await _differing(tray, visit, series, form)
        offered = choices(visit.poll.forms)
        return show(
            request,
            "decide.html",
            status_code=422 if fault else 200,
            visit=visit,
            series=series,
            number=series.number(form),
            form=form,
            fault=fault,
            choices=offered,
            rows=[
                _shown(row, differing[row.subject.subject], offered)
                for row in rows(visit.poll.forms, series)
                if row.subject.subject in differing
            ],
        )

    return router


class Shown(NamedTuple):
    """A row with what the two entries read, and what was decided before."""

    row: Row
    first: str
    second: str
    decided: tuple[str, ...]


def _shown(row: Row, difference: Difference, offered: list[Choice]) -> Shown:
    names = {choice.value: choice.name for choice in offered}

    def words(ballot: Ballot) -> str:
        return "、".join(names[mark] for mark in marks_of(ballot, row.question.key))

    decided = marks_of(difference.decided, row.question.key)
    return Shown(row, words(difference.first), words(difference.second), decided)


async def _differing(tray: Tray, visit: Visit, series: FormSeries, form: int) -> Mapping[str, Difference]:
    found = await tray.differences(visit.poll, series, form)
    if not found:
        raise Refusal("nothing_differs", f"{series.number(form)} 号票的两次录入没有差异。")
    return found


def _scrutineer(visit: Visit) -> None:
    if not visit.scrutineer:
        raise HTTPException(403, "差异只由监票人裁定；录入人员看不到另一组的录入。")


def _series(visit: Visit, letter: str) -> FormSeries:
    series = visit.poll.forms.of_letter(letter)
    if series is None:
        raise HTTPException(404)
    return series
