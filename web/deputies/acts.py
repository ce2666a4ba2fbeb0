"""What a deputy does, each on a page of one purpose: ask, rate, object, declare a relative. All through the counter."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.appraisal.commands import RaiseQuestion, RateAnswer, Rating
from domain.cases.assessment.commands import RaiseObjection
from domain.cases.case import CaseKind
from domain.cases.poll.objections import ObjectToPoll
from domain.roster.books import ROSTER
from domain.roster.commands import DeclareRelative
from web.accounts.concern import Concern, read_concern
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.deputies.home import Question, questions_of
from web.reading import CaseRow, read_case, read_events, read_town_book
from web.rendering import Screen
from web.site import Site
from workflows.client import EngineUnavailable

Text = Annotated[str, Form()]
RELATIONS = ("配偶", "父母", "子女", "兄弟姐妹", "其他近亲属")
_OBJECTIONS: dict[CaseKind, type[Command]] = {
    CaseKind.POLL: ObjectToPoll,
    CaseKind.ASSESSMENT: RaiseObjection,
}
_NOT_SURE = "系统暂时没有应答，还不知道办妥没有。请稍等再按一次，不会重复。"


class Stand:
    """Where a deputy stands before one of their acts."""

    def __init__(self, site: Site, counter: Counter, show: Screen) -> None:
        self.site = site
        self._counter = counter
        self._show = show

    async def row(self, request: Request, kind: CaseKind, case_id: str, command: type[Command]) -> CaseRow:
        """The case, if it is one in which they may do this. Raises `HTTPException` 404."""
        row = await read_case(self.site.engine, self.site.town, kind, case_id)
        concern = await read_concern(self.site, request.state.session)
        if row is None or _deputy(concern, row, command) is None:
            raise HTTPException(404, "没有这件事，或者现在不能办。")
        return row

    async def question(self, request: Request, case_id: str, key: str) -> tuple[CaseRow, Question]:
        """A question of theirs. Raises `HTTPException` 404 for another's as for none."""
        row = await self.row(request, CaseKind.APPRAISAL, case_id, RateAnswer)
        events = await read_events(self.site.engine, self.site.town, CaseKind.APPRAISAL, case_id)
        mine = questions_of(row, events, request.state.session.account.person)
        found = next((each for each in mine if each.key == key), None)
        if found is None:
            raise HTTPException(404, "您没有提过这个问题。")
        return row, found

    def page(self, request: Request, name: str, fault: str = "", **values: Any) -> HTMLResponse:
        """A form, with an id for the act that stays the same however often it is sent."""
        filled = {"command_id": f"web-{uuid4()}", **values}
        return self._show(request, name, "me", status_code=422 if fault else 200, fault=fault, **filled)

    async def do(
        self, request: Request, row: CaseRow, command: Command, command_id: str, done: str
    ) -> tuple[Response | None, str]:
        """Do it: the way on, or why not."""
        concern = await read_concern(self.site, request.state.session)
        actor = _deputy(concern, row, type(command))
        if actor is None:
            raise HTTPException(404, "没有这件事，或者现在不能办。")
        try:
            await self._counter.do(row.kind, row.case_id, command, actor, command_id)
        except Refusal as refusal:
            return None, refusal.message
        except EngineUnavailable:
            return None, _NOT_SURE
        return RedirectResponse(f"/me?done={done}", status_code=303), ""

    async def declare(self, request: Request, command: DeclareRelative, command_id: str) -> str:
        """Enter a relative; why not, where it is refused. Raises `HTTPException` 404 for who is a deputy no more."""
        if Role.DEPUTY not in ((await read_concern(self.site, request.state.session)).roles or ()):
            raise HTTPException(404, "没有这件事，或者现在不能办。")
        try:
            await self._counter.enter(ROSTER, command, Actor(id=command.deputy, role=Role.DEPUTY), command_id)
        except Refusal as refusal:
            return refusal.message
        return ""


def _deputy(concern: Concern, row: CaseRow, command: type[Command]) -> Actor | None:
    """They as a deputy, whatever else they are."""
    as_deputy = Role.DEPUTY in command.by and Role.DEPUTY in (concern.roles or ())
    if not as_deputy or not concern.sees_as(Role.DEPUTY, row) or not (row.open or row.kind is CaseKind.POLL):
        return None
    return Actor(id=concern.person, role=Role.DEPUTY)


def _named(prefix: str, command_id: str) -> str:
    """The number of a question or objection: of the act, so that the same act sent again is the same."""
    return f"{prefix}-{hashlib.sha256(command_id.encode()).hexdigest()[:8]}"


def act_routers(site: Site, counter: Counter, show: Screen) -> list[APIRouter]:
    """The routes of all acts."""
    stand = Stand(site, counter, show)
    return [make(stand) for make in (question_pages, objection_pages, relative_pages)]


def _router() -> APIRouter:
    return APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])


def question_pages(stand: Stand) -> APIRouter:
    """Ask, and rate the answer."""
    router = _router()

    @router.get("/me/ask/{case_id}")
    async def ask(request: Request, case_id: str) -> HTMLResponse:
        row = await stand.row(request, CaseKind.APPRAISAL, case_id, RaiseQuestion)
        return stand.page(request, "deputy_ask.html", row=row, text="")

    @router.post("/me/ask/{case_id}")
    async def asked(request: Request, case_id: str, command_id: Text, text: Text = "") -> Response:
        row = await stand.row(request, CaseKind.APPRAISAL, case_id, RaiseQuestion)
        fault = "" if text.strip() else "请写下您要问的问题。"
        answer: Response | None = None
        if not fault:
            command = RaiseQuestion(question_id=_named("q", command_id), text=text.strip())
            answer, fault = await stand.do(request, row, command, command_id, "ask")
        return answer or stand.page(request, "deputy_ask.html", fault, row=row, text=text, command_id=command_id)

    @router.get("/me/rate/{case_id}/{question}")
    async def rate(request: Request, case_id: str, question: str) -> HTMLResponse:
        row, mine = await stand.question(request, case_id, question)
        return stand.page(request, "deputy_rate.html", row=row, question=mine, ratings=Rating, text="")

    @router.post("/me/rate/{case_id}/{question}")
    async def rated(
        request: Request, case_id: str, question: str, command_id: Text, rating: Text = "", text: Text = ""
    ) -> Response:
        row, mine = await stand.question(request, case_id, question)
        answer: Response | None = None
        fault = "" if rating in set(Rating) else "请选一项：满意、基本满意或不满意。"
        if not fault:
            command = RateAnswer(question_id=mine.key, rating=Rating(rating), text=text.strip())
            answer, fault = await stand.do(request, row, command, command_id, "rate")
        values = {"row": row, "question": mine, "ratings": Rating, "text": text, "command_id": command_id}
        return answer or stand.page(request, "deputy_rate.html", fault, **values)

    return router


def objection_pages(stand: Stand) -> APIRouter:
    """Object to a count or to a ranking."""
    router = _router()

    async def case(request: Request, kind: CaseKind, case_id: str) -> CaseRow:
        if kind not in _OBJECTIONS:
            raise HTTPException(404, "没有这件事，或者现在不能办。")
        return await stand.row(request, kind, case_id, _OBJECTIONS[kind])

    async def posts(kind: CaseKind) -> list[tuple[str, str]]:
        if kind is not CaseKind.ASSESSMENT:
            return []
        roster = await read_town_book(stand.site.engine, stand.site.town, ROSTER)
        return [(key, subject.name) for key, subject in roster.subjects.items()]

    @router.get("/me/object/{kind}/{case_id}")
    async def form(request: Request, kind: CaseKind, case_id: str) -> HTMLResponse:
        row = await case(request, kind, case_id)
        return stand.page(request, "deputy_object.html", row=row, posts=await posts(kind), text="", subject="")

    @router.post("/me/object/{kind}/{case_id}")
    async def sent(
        request: Request, kind: CaseKind, case_id: str, command_id: Text, text: Text = "", subject: Text = ""
    ) -> Response:
        row, known = await case(request, kind, case_id), await posts(kind)
        answer: Response | None = None
        key, reason = _named("y", command_id), text.strip()
        fault = "" if reason else "请写明理由。"
        if not fault and known and subject not in {each for each, _ in known}:
            fault = "请选对哪个单位的排名有异议。"
        if not fault:
            command: Command = ObjectToPoll(objection_id=key, reason=reason)
            if kind is CaseKind.ASSESSMENT:
                command = RaiseObjection(objection_id=key, subject=subject, text=reason)
            answer, fault = await stand.do(request, row, command, command_id, "object")
        values = {"row": row, "posts": known, "text": text, "subject": subject, "command_id": command_id}
        return answer or stand.page(request, "deputy_object.html", fault, **values)

    return router


def relative_pages(stand: Stand) -> APIRouter:
    """Declare a close relative among those who are appraised (`appraisal.recusal`)."""
    router = _router()

    async def heads() -> list[tuple[str, str]]:
        roster = await read_town_book(stand.site.engine, stand.site.town, ROSTER)
        posts = roster.posts(stand.site.today())
        names = {deputy.id: deputy.name for deputy in roster.deputies.values()}
        return [(post.responsible, f"{post.name}　{names.get(post.responsible, post.responsible)}") for post in posts]

    @router.get("/me/relatives")
    async def form(request: Request) -> HTMLResponse:
        return stand.page(request, "deputy_relative.html", heads=await heads(), relations=RELATIONS)

    @router.post("/me/relatives")
    async def sent(request: Request, command_id: Text, person: Text = "", relation: Text = "") -> Response:
        known = await heads()
        fault = ""
        if person not in {each for each, _ in known} or relation not in RELATIONS:
            fault = "请选是谁、是什么关系。"
        else:
            me = request.state.session.account.person
            command = DeclareRelative(deputy=me, person=person, relation=relation)
            fault = await stand.declare(request, command, command_id)
        if fault:
            values = {"heads": known, "relations": RELATIONS, "command_id": command_id}
            return stand.page(request, "deputy_relative.html", fault, **values)
        return RedirectResponse("/me?done=relative", status_code=303)

    return router
