"""The API's reading operations: what the pages show, under the same rules of who sees what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from ballotbox.offices import PartyUnreachable
from ballotbox.polls import BoxStatus
from domain.acts import Refusal
from domain.cases.case import CaseKind
from domain.cases.poll.state import Stage
from web.accounts.concern import Concern, read_concern
from web.acts.begin import is_ready
from web.api import answers, shown
from web.api.description import CaseId, Limit, Offset, Text, Year, errors
from web.api.problems import ProblemRoute
from web.live.figures import figures_of
from web.polls import Poll, read_poll
from web.reading import CaseRow, read_case, read_cases, read_events
from web.search import search
from web.site import Site
from web.todo import tasks_of


def reading_routes(site: Site) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=ProblemRoute)

    async def concern_of(request: Request) -> Concern:
        return await read_concern(site, request.state.session)

    async def row_of(request: Request, kind: CaseKind, case_id: str) -> tuple[CaseRow, Concern]:
        concern = await concern_of(request)
        row = await read_case(site.engine, site.town, kind, case_id)
        if row is None or not concern.may_see(row):
            raise HTTPException(404, f"没有案件 {kind.value} {case_id}，或它与您无关；请核对编号。")
        return row, concern

    @router.get("/api/v1/cases", tags=["案件"], summary="案件，先到期的在前", responses=errors())
    async def cases(
        request: Request,
        year: Year = None,
        kind: Annotated[CaseKind | None, Query(description="类别；不填即全部")] = None,
        open: Annotated[bool | None, Query(description="true 只要在办的，false 只要办结的")] = None,  # noqa: A002
        subject: Annotated[Text, Query(description="单位编号或村名")] = "",
        stage: Annotated[Text, Query(description="阶段的英文名")] = "",
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> answers.CaseList:
        rows = (await concern_of(request)).among(await read_cases(site.engine, site.town, year=year))
        wanted = [
            row
            for row in rows
            if (kind is None or row.kind is kind)
            and (open is None or row.open is open)
            and (not subject or row.subject == subject)
            and (not stage or row.stage == stage)
        ]
        part = [shown.case(row, site.today()) for row in wanted[offset : offset + limit]]
        return answers.CaseList(total=len(wanted), cases=part)

    @router.get("/api/v1/cases/{kind}/{case_id}", tags=["案件"], summary="一个案件", responses=errors(404))
    async def one(request: Request, kind: CaseKind, case_id: CaseId) -> answers.CaseAnswer:
        row, _ = await row_of(request, kind, case_id)
        return shown.case(row, site.today())

    @router.get(
        "/api/v1/cases/{kind}/{case_id}/timeline", tags=["案件"], summary="案件里发生过的事", responses=errors(404)
    )
    async def timeline(request: Request, kind: CaseKind, case_id: CaseId) -> answers.Timeline:
        row, concern = await row_of(request, kind, case_id)
        events = concern.readable(row, await read_events(site.engine, site.town, kind, case_id))
        return answers.Timeline(entries=[shown.entry(event) for event in events])

    @router.get("/api/v1/polls/{case_id}", tags=["测评"], summary="测评到了哪一步，只有张数", responses=errors(404))
    async def poll(request: Request, case_id: CaseId) -> answers.PollAnswer:
        await row_of(request, CaseKind.POLL, case_id)
        found = await read_poll(site.engine, site.town, case_id)
        if found is None:
            raise HTTPException(404, f"没有测评 {case_id}；请核对编号。")
        status, unreachable = await _status(site, found)
        seen = figures_of(found, status, unreachable=unreachable)
        return answers.PollAnswer(
            poll=seen.poll,
            day=seen.day,
            mode=seen.mode,
            stage=seen.stage,
            now=seen.now.value,
            members=seen.members,
            present=seen.present,
            issued=seen.issued,
            returned=seen.returned,
            over=seen.over,
            missing=list(seen.missing),
            lines=[answers.PollLine.model_validate(line, from_attributes=True) for line in seen.lines],
        )

    @router.get("/api/v1/todo", tags=["待办"], summary="轮到我办的事，先到期的在前", responses=errors())
    async def todo(request: Request) -> answers.Todo:
        concern = await concern_of(request)
        rows = concern.among(await read_cases(site.engine, site.town, open_only=True))
        tasks = [
            answers.TaskAnswer(case=shown.case(task.case, site.today()), acts=[act for act, _ in task.acts])
            for task in tasks_of(rows, concern, site.today())
        ]
        return answers.Todo(tasks=tasks, ready=sum(is_ready(row) for row in rows))

    @router.get("/api/v1/search", tags=["案件"], summary="按名称、编号、文号、拼音查询", responses=errors())
    async def find(
        request: Request, q: Annotated[Text, Query(description="找什么", examples=["lyz"])]
    ) -> answers.Results:
        found = await search(site, await concern_of(request), q)
        return answers.Results(
            cases=[shown.case(line.case, site.today()) for line in found.cases],
            numbers=[
                answers.NumberAnswer(number=each.number, case=shown.case(each.case, site.today()))
                for each in found.numbers
            ],
            people=[answers.PersonAnswer(name=each.name, what=each.what) for each in found.people],
            more=found.more,
        )

    return router


async def _status(site: Site, poll: Poll) -> tuple[BoxStatus | None, bool]:
    """What the poll's box says, and whether it cannot be reached."""
    if site.box is None or poll.state.stage not in (Stage.OPEN, Stage.CLOSED):
        return None, False
    try:
        return await site.box.status(poll.key), False
    except PartyUnreachable:
        return None, True
    except Refusal as refusal:
        # The case is open a moment before its box is.
        if refusal.code != "unknown_poll":
            raise
        return None, False
