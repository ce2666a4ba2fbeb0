"""The API's lists beside the cases: who asks, boards, rankings, and the books of the town."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import select

from domain.cases.case import CaseKind
from domain.roster.books import POLICY, ROSTER
from eventstore.database import in_town
from projections.rankings import rankings
from web.accounts.concern import read_concern
from web.api import answers, shown
from web.api.description import Year, errors
from web.api.problems import ProblemRoute
from web.reading import read_cases, read_town_book
from web.rectifications import read_board
from web.site import Site


def board_routes(site: Site) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=ProblemRoute)

    @router.get("/api/v1/me", tags=["账号"], summary="我是谁，有哪些角色", responses=errors())
    async def me(request: Request) -> answers.Me:
        session = request.state.session
        if session is None:
            return answers.Me(login=None, name="本机", person="web", roles=[], by_token=False)
        account = session.account
        by_token = getattr(request.state, "by_token", False)
        return answers.Me(
            login=account.login,
            name=account.name,
            person=account.person,
            roles=list(account.roles),
            by_token=by_token,
        )

    @router.get("/api/v1/rectifications", tags=["案件"], summary="整改台账，逾期的在前", responses=errors())
    async def rectifications(request: Request, year: Year = None) -> answers.Board:
        concern = await read_concern(site, request.state.session)
        rows = concern.among(await read_cases(site.engine, site.town, year=year))
        theirs = {row.case_id for row in rows if row.kind is CaseKind.RECTIFICATION}
        board = [row for row in await read_board(site, year) if row.case_id in theirs]
        return answers.Board(
            rows=[
                answers.RectificationAnswer(
                    **{
                        name: getattr(row, name) for name in answers.RectificationAnswer.model_fields if name != "light"
                    },
                    light=shown.light(row.light),
                )
                for row in board
            ]
        )

    @router.get("/api/v1/rankings", tags=["年终考核"], summary="已公示的排名", responses=errors())
    async def ranked(request: Request, year: Year = None) -> answers.Rankings:
        concern = await read_concern(site, request.state.session)
        rows = concern.among(await read_cases(site.engine, site.town, year=year))
        theirs = [f"{row.kind.value}-{row.case_id}" for row in rows if row.kind is CaseKind.ASSESSMENT]
        query = select(rankings).where(rankings.c.town == site.town, rankings.c.stream.in_(theirs))
        query = query.order_by(rankings.c.year.desc(), rankings.c.line, rankings.c.place)
        async with in_town(site.engine, site.town) as connection:
            found = [dict(row._mapping) for row in await connection.execute(query)]
        subjects = (await read_town_book(site.engine, site.town, ROSTER)).subjects
        names = {key: subject.name for key, subject in subjects.items()}
        wanted = answers.RankAnswer.model_fields.keys() - {"name"}
        return answers.Rankings(
            rows=[
                answers.RankAnswer(**{key: row[key] for key in wanted}, name=names.get(row["subject"], row["subject"]))
                for row in found
            ]
        )

    @router.get("/api/v1/roster", tags=["设置"], summary="名册：代表、考核对象及其今天的负责人", responses=errors())
    async def roster() -> answers.RosterAnswer:
        book = await read_town_book(site.engine, site.town, ROSTER)
        today = site.today()
        return answers.RosterAnswer(
            deputies=[
                answers.DeputyAnswer(**deputy.model_dump(), active=key not in book.retired_deputies)
                for key, deputy in book.deputies.items()
            ],
            posts=[
                answers.PostAnswer(
                    id=key,
                    name=subject.name,
                    kind=subject.kind.value,
                    responsible=book.head(key, today),
                    active=key not in book.retired_subjects,
                )
                for key, subject in book.subjects.items()
            ],
        )

    @router.get("/api/v1/policy", tags=["设置"], summary="现行制度的全部规则", responses=errors())
    async def policy() -> answers.PolicyAnswer:
        book = await read_town_book(site.engine, site.town, POLICY)
        adopted = [{"version": each.version, "on": each.on.isoformat(), "note": each.note} for each in book.adopted]
        rules = book.current.model_dump(mode="json")
        return answers.PolicyAnswer(version=book.current.version, policy=rules, adopted=adopted)

    return router
