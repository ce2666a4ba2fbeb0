"""The API's operations on the trail of acts: its lines, and the verification of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from domain.acts import Role
from web.api import answers
from web.api.description import Limit, Offset, Text, errors, refuse_foreign
from web.api.problems import ProblemRoute
from web.audit.trail import Filter, count_lines, names_of, read_head, read_lines
from web.audit.verification import Verifier
from web.site import Site

Day = Annotated[date | None, Query(description="业务日期，含当日", examples=["2026-11-30"])]


def trail_routes(site: Site, verifier: Verifier) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=ProblemRoute, dependencies=[Depends(refuse_foreign)])

    @router.get("/api/v1/audit", tags=["办理留痕"], summary="谁在何时办了什么，新的在前", responses=errors())
    async def lines(
        person: Annotated[Text, Query(description="人员编号，或姓名的一部分")] = "",
        case: Annotated[Text, Query(description="案件编号或标题的一部分")] = "",
        from_: Annotated[date | None, Query(alias="from", description="业务日期，含当日")] = None,
        until: Day = None,
        what: Annotated[Text, Query(description="事件名，如 appraisal.opened")] = "",
        role: Role | None = None,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> answers.Trail:
        wanted = Filter(person=person, case=case, from_=from_, until=until, what=what, role=role)
        names = await names_of(site.engine, site.town)
        found = await read_lines(site.engine, site.town, wanted, names, limit=limit, offset=offset)
        head = await read_head(site.engine, site.town)
        return answers.Trail(
            total=await count_lines(site.engine, site.town, wanted, names),
            lines=[answers.TrailLine.model_validate(line, from_attributes=True) for line in found],
            log_position=head.position,
            log_digest=head.digest,
        )

    async def standing() -> answers.VerificationAnswer:
        runs = await verifier.last(1)
        if not runs:
            words = "还没有核对过。"
            return answers.VerificationAnswer(
                running=False, checked=0, total=0, began=None, ended=None, ok=None, words=words, digest=""
            )
        run = runs[0]
        return answers.VerificationAnswer(
            running=run.running(datetime.now(UTC)),
            checked=run.checked,
            total=run.total,
            began=run.began,
            ended=run.ended,
            ok=run.ok,
            words=run.words,
            digest=run.digest,
        )

    @router.get("/api/v1/audit/verification", tags=["办理留痕"], summary="最近一次核对", responses=errors())
    async def last() -> answers.VerificationAnswer:
        return await standing()

    @router.post(
        "/api/v1/audit/verification",
        tags=["办理留痕"],
        summary="从头核对日志；正在核对时什么也不变",
        status_code=202,
        responses=errors(),
    )
    async def begin(request: Request) -> answers.VerificationAnswer:
        session = request.state.session
        await verifier.begin(session.account.person if session is not None else "web")
        return await standing()

    return router
