"""The pages that people read. They read the read models and write nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Command, Role
from domain.cases.case import TOWN_ZONE, CaseKind, stream_of
from domain.events import Recorded
from domain.policy.document import Policy
from domain.roster.books import POLICY, ROSTER
from web.accounts.concern import Concern, read_concern
from web.acts.next_steps import acts_of, awaited, others
from web.counted import SHOWN, counted_of
from web.findings import worst
from web.lights import light_of
from web.papers.card import papers_card
from web.picture import line_of, picture_of
from web.reading import CaseRow, latest, read_case, read_cases, read_events, read_town_book, stale_tables, years
from web.rendering import Screen
from web.scans.model import is_scan
from web.scans.store import ScanStore, Use
from web.setup.steps import read_setup
from web.site import Site
from web.words import KINDS, act_word, actor_word, event_word, pairs_of, stage_word

_RECENT = 8


def pages(site: Site, show: Screen) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    async def year_picture(request: Request, year: int | None = None) -> Response:
        known = await years(site.engine, site.town)
        today = site.today()
        wanted = year if year is not None else (known[0] if known else today.year)
        concern = await read_concern(site, request.state.session)
        if not concern.whole:
            return RedirectResponse("/me" if concern.roles == (Role.DEPUTY,) else "/mine", status_code=303)
        rows = concern.among(await read_cases(site.engine, site.town, year=wanted))
        recent = [
            (event_word(line.type), line.stream, line.business_time.astimezone(TOWN_ZONE))
            for line in await latest(site.engine, site.town, _RECENT)
        ]
        return show(
            request,
            "year.html",
            "year",
            picture=picture_of(wanted, rows, today),
            years=known,
            today=today,
            recent=recent,
            stale=await stale_tables(site.engine, site.town),
            setup=None if known else await read_setup(site, no_accounts=request.state.no_accounts),
        )

    @router.get("/cases/{kind}/{case_id}")
    async def case_page(request: Request, kind: CaseKind, case_id: str, done: str = "") -> HTMLResponse:
        row = await read_case(site.engine, site.town, kind, case_id)
        concern = await read_concern(site, request.state.session)
        if row is None or not concern.may_see(row):
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}")
        events = concern.readable(row, await read_events(site.engine, site.town, kind, case_id))
        scans = await ScanStore(site.engine, site.town).of_case(stream_of(kind, case_id))
        adopted = await read_town_book(site.engine, site.town, POLICY)
        rules = (adopted.version(row.policy_version) or Policy()).appraisal
        subjects = (await read_town_book(site.engine, site.town, ROSTER)).subjects
        names = {key: subject.name for key, subject in subjects.items()}
        return show(
            request,
            "case.html",
            "year",
            line=line_of(row, site.today()),
            kind=KINDS[kind],
            light=light_of(row.due, site.today(), open_=row.open),
            stage=stage_word(row.stage),
            entries=[
                {
                    **entry_of(event, scans.get(event.metadata.command_id)),
                    "counted": counted_of(event.event, rules, names),
                }
                for event in reversed(events)
            ],
            next_acts=_offered(concern, row, awaited(kind, row.stage)) if row.open else [],
            other_acts=_offered(concern, row, others(kind, row.stage)) if row.open else [],
            done=act_word(done) if done in acts_of(kind) else "",
            subject_name=names.get(row.subject or "", row.subject),
            papers=await papers_card(site, request, concern, row),
        )

    @router.get("/status")
    async def status_page(request: Request) -> HTMLResponse:
        findings = await site.status()
        return show(request, "status.html", "status", findings=findings, whole=worst(findings))

    return router


def _offered(concern: Concern, row: CaseRow, acts: Sequence[type[Command]]) -> list[tuple[str, str]]:
    return [
        (command.act, act_word(command.act))
        for command in acts
        if concern.roles is None or concern.actor(row, command) is not None
    ]


def entry_of(recorded: Recorded, scan: Use | None = None) -> dict[str, Any]:
    """An event as the timeline shows it, with the scan that was handed in for its act."""
    body = recorded.event.body()
    at = recorded.metadata.business_time.astimezone(TOWN_ZONE)
    return {
        "what": event_word(recorded.event.type_name),
        "type": recorded.event.type_name,
        "by": actor_word(recorded.metadata.actor),
        "on": body.get("on") or at.date().isoformat(),
        "at": at,
        "pairs": pairs_of({name: value for name, value in body.items() if not _told_elsewhere(name, value)}),
        "on_paper": recorded.metadata.actor.on_behalf_of is not None,
        "scan": scan,
        "version": recorded.version,
        "position": recorded.position,
    }


def _told_elsewhere(name: str, value: Any) -> bool:
    """Whether a field stands beside the event: its day, what was counted, the digest of the scan that has a link."""
    if name == "on" or (name in SHOWN and isinstance(value, dict)):
        return True
    return name == "paper" and isinstance(value, str) and is_scan(value)
