"""Pages of the policy (制度): the one in force, and a draft that is tried on a recorded year before it is adopted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.acts import Refusal
from domain.cases.case import CaseKind
from domain.faults import Invalid
from domain.policy.document import Policy
from domain.roster.books import CALENDAR, POLICY
from domain.roster.standing import AdoptPolicy, PolicyAdopted, PolicyState
from web.accounts.forms import refuse_foreign_form
from web.acts.counter import Counter
from web.acts.pages import actor_of, may_do
from web.policy.keys import SECTIONS, PolicyKey
from web.policy.recorded import read_year
from web.policy.values import as_said, changed, faults_by_key, read_form, value_at, written_policy
from web.policy.what_if import WhatIf, what_if
from web.reading import read_cases, read_town_book, years
from web.site import Site

Show = Callable[..., HTMLResponse]
Changes = Sequence[tuple[PolicyKey, str, str]]

PART = "x-part"
"""Header of the page's own script, which asks for the rehearsal alone."""


@dataclass(frozen=True)
class Version:
    """An adopted policy beside the one before it."""

    adopted: PolicyAdopted
    changes: Changes


def versions_of(state: PolicyState) -> list[Version]:
    """All adopted policies, newest first."""
    before, found = Policy(), list[Version]()
    for each in state.adopted:
        found.append(Version(each, changed(before, each.policy)))
        before = each.policy
    return found[::-1]


def policy_pages(site: Site, counter: Counter, show: Show) -> APIRouter:
    """The routes."""
    router = APIRouter(default_response_class=HTMLResponse, dependencies=[refuse_foreign_form])
    desk = _Desk(site, counter, show)

    @router.get("/policy")
    async def in_force(request: Request, done: str = "") -> HTMLResponse:
        return await desk.in_force(request, done)

    @router.get("/policy/draft")
    async def draft(request: Request, year: Annotated[int | None, Query(ge=2000, le=2200)] = None) -> HTMLResponse:
        current = (await desk.state()).current
        return await desk.draft(request, written_policy(current), await desk.year(year))

    @router.post("/policy/draft")
    async def tried(request: Request) -> Response:
        form = await request.form()
        filled = {name: value for name, value in form.items() if isinstance(value, str)}
        return await desk.tried(request, filled)

    return router


class _Desk:
    """A draft on its way, and what its pages show."""

    def __init__(self, site: Site, counter: Counter, show: Show) -> None:
        self._site = site
        self._counter = counter
        self._show = show

    async def state(self) -> PolicyState:
        """The town's policies."""
        return await read_town_book(self._site.engine, self._site.town, POLICY)

    async def year(self, wanted: int | None) -> int | None:
        """The year on which a draft is tried: the one asked for, else the last of which anything is recorded."""
        known = await years(self._site.engine, self._site.town)
        return wanted if wanted in known else next(iter(known), None)

    async def in_force(self, request: Request, done: str) -> HTMLResponse:
        """The policy in force, key by key."""
        state = await self.state()
        document = state.current.document()
        said = {
            key.path: as_said(key, value_at(document, key.path), document) for _, _, keys in SECTIONS for key in keys
        }
        cases = await read_cases(self._site.engine, self._site.town, open_only=True)
        return self._show(
            request,
            "policy.html",
            "policy",
            state=state,
            sections=SECTIONS,
            said=said,
            versions=versions_of(state),
            running=[row for row in cases if row.kind is CaseKind.CYCLE],
            may_edit=may_do(request, AdoptPolicy),
            done="已采用；以后启动的年度按它办理，正在进行的不变。" if done == "adopted" else "",
        )

    async def draft(self, request: Request, filled: Mapping[str, str], year: int | None, **more: Any) -> HTMLResponse:
        """The form of a draft, with its rehearsal where there is one."""
        known = await years(self._site.engine, self._site.town)
        values: dict[str, Any] = {
            "sections": SECTIONS,
            "filled": filled,
            "year": year,
            "years": known,
            "faults": {},
            "changes": None,
            "result": None,
            "draft_version": "",
            "note": filled.get("note", ""),
            "fault": "",
            **more,
        }
        part = request.headers.get(PART) == "what-if"
        status = 422 if values["faults"] or values["fault"] else 200
        name = "policy_what_if.html" if part else "policy_draft.html"
        return self._show(request, name, "policy", status_code=status, **values)

    async def tried(self, request: Request, filled: Mapping[str, str]) -> Response:
        """Try a draft, or adopt the one that was tried."""
        asked = filled.get("year", "")
        year = await self.year(int(asked) if asked.isdecimal() and len(asked) == 4 else None)
        try:
            policy = read_form(filled)
        except Invalid as invalid:
            return await self.draft(request, filled, year, faults=faults_by_key(invalid))
        current = (await self.state()).current
        result = await self.rehearsed(year, policy)
        shown = {"changes": changed(current, policy), "result": result, "draft_version": policy.version}
        if filled.get("step") != "adopt":
            return await self.draft(request, filled, year, **shown)
        if filled.get("seen") != policy.version:
            fault = "请先看过“改了会怎样”里的试算结果，没有问题再按一次“采用”。"
            return await self.draft(request, filled, year, fault=fault, **shown)
        try:
            act = AdoptPolicy(policy=policy, note=filled.get("note", "").strip()[:500])
            await self._counter.enter(POLICY, act, actor_of(request, AdoptPolicy), f"web-{uuid4()}")
        except Refusal as refusal:
            return await self.draft(request, filled, year, fault=refusal.message, **shown)
        return RedirectResponse("/policy?done=adopted", status_code=303)

    async def rehearsed(self, year: int | None, policy: Policy) -> WhatIf | None:
        """What a policy would have made of a year; None where none is recorded."""
        if year is None:
            return None
        calendar = await read_town_book(self._site.engine, self._site.town, CALENDAR)
        return what_if(await read_year(self._site, year), policy, calendar)
