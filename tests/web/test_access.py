"""Who may see which page: every route × every role, by a table of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import web
from domain.acts import Role
from tests.web.conftest import Pages

ALL: set[Role] = {role for role in Role if role is not Role.SYSTEM}
STAFF, PRESIDIUM, SCRUTINEER = Role.STAFF, Role.PRESIDIUM, Role.SCRUTINEER
YEAREND = {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE}
_ROUTE = re.compile(r'@router\.(get|post)\(\s*"([^"]+)"')
OPEN = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/login",
    "/calendar/{token}.ics",
    "/d/{token}",
    "/pin",
    "/pin/code",
    "/pin/type",
}
OPEN |= {"/board", "/board/screen"}
OF: dict[str, set[Role]] = {
    "/": ALL,
    "/account/password": ALL,
    "/accounts": {STAFF},
    "/accounts/{login}/disabled": {STAFF},
    "/accounts/{login}/password": {STAFF},
    "/accounts/{login}/villages": {STAFF},
    "/audit": {STAFF, PRESIDIUM},
    "/audit.csv": {STAFF, PRESIDIUM},
    "/audit.xlsx": {STAFF, PRESIDIUM},
    "/audit/verification": {STAFF, PRESIDIUM},
    "/board/inside": ALL,
    "/cases/{kind}/{case_id}": ALL,
    "/cases/{kind}/{case_id}/do/{act}": ALL,
    "/cycles/new": {STAFF},
    "/deputies/links": {STAFF},
    "/deputies/links/batches/{batch}": {STAFF},
    "/deputies/links/batches/{batch}/slips.pdf": {STAFF},
    "/deputies/links/pin": {STAFF},
    "/deputies/links/withdraw": {STAFF},
    "/logout": ALL,
    "/me": {Role.DEPUTY},
    "/me/ask/{case_id}": {Role.DEPUTY},
    "/me/object/{kind}/{case_id}": {Role.DEPUTY},
    "/me/poll/{case_id}": {Role.DEPUTY},
    "/me/proposals/{case_id}": {Role.DEPUTY},
    "/me/rate/{case_id}/{question}": {Role.DEPUTY},
    "/me/relatives": {Role.DEPUTY},
    "/mine": ALL - {STAFF, PRESIDIUM, Role.DEPUTY},
    "/policy": {STAFF, PRESIDIUM},
    "/policy/draft": {STAFF, PRESIDIUM},
    "/polls/new": {STAFF, PRESIDIUM},
    "/polls/{case_id}": ALL,
    "/polls/{case_id}/hall": ALL,
    "/polls/{case_id}/live/{view}": ALL,
    "/polls/{case_id}/paper": {STAFF, PRESIDIUM},
    "/polls/{case_id}/paper/records/ledger.pdf": {STAFF, PRESIDIUM},
    "/polls/{case_id}/paper/records/report.pdf": {STAFF, PRESIDIUM},
    "/polls/{case_id}/paper/{series}.pdf": {STAFF, PRESIDIUM},
    "/polls/{case_id}/scrutineers": {STAFF, PRESIDIUM, SCRUTINEER},
    "/polls/{case_id}/scrutineers/destroy": {STAFF, PRESIDIUM, SCRUTINEER},
    "/polls/{case_id}/scrutineers/open": {STAFF, PRESIDIUM, SCRUTINEER},
    "/polls/{case_id}/scrutineers/publish": {STAFF, PRESIDIUM, SCRUTINEER},
    "/rectifications": {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE},
    "/rectifications/{case_id}": {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE},
    "/reminders": {STAFF, PRESIDIUM, Role.DISCIPLINE_OFFICE},
    "/reminders/slip": {STAFF, PRESIDIUM, Role.DISCIPLINE_OFFICE},
    "/rectifications.xlsx": {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE},
    "/cases/{kind}/{case_id}/papers/{paper}.{form}": ALL,
    "/cases/{kind}/{case_id}/papers/{paper}/number": ALL,
    "/papers": {STAFF, PRESIDIUM, Role.DISCIPLINE_OFFICE},
    "/papers/patterns": {STAFF},
    "/papers/rectifications.{form}": {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE},
    "/papers/templates/{key}": {STAFF},
    "/papers/templates/{key}/drop": {STAFF},
    "/papers/templates/{key}/{which}.docx": {STAFF},
    "/scans/{digest}": ALL,
    "/roster/deputies": {STAFF},
    "/roster/import": {STAFF},
    "/roster/import/{key}/confirm": {STAFF},
    "/roster/import/{key}/marked.xlsx": {STAFF},
    "/roster/roster.xlsx": {STAFF},
    "/roster/subjects": {STAFF},
    "/roster/template.xlsx": {STAFF},
    "/roster/undo": {STAFF},
    "/account/tokens": ALL,
    "/account/tokens/{token_id}/withdraw": ALL,
    "/api": ALL,
    "/api/v1/audit": {STAFF, PRESIDIUM},
    "/api/v1/audit/verification": {STAFF, PRESIDIUM},
    "/api/v1/cases": ALL,
    "/api/v1/cases/{kind}/{case_id}": ALL,
    "/api/v1/cases/{kind}/{case_id}/acts": ALL,
    "/api/v1/cases/{kind}/{case_id}/acts/{act}": ALL,
    "/api/v1/cases/{kind}/{case_id}/acts/{act}/foresee": ALL,
    "/api/v1/cases/{kind}/{case_id}/timeline": ALL,
    "/api/v1/cycles": {STAFF},
    "/api/v1/me": ALL,
    "/api/v1/openapi.json": ALL,
    "/api/v1/policy": ALL,
    "/api/v1/polls/{case_id}": ALL,
    "/api/v1/rankings": ALL,
    "/api/v1/rectifications": {STAFF, PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE},
    "/api/v1/roster": {STAFF, PRESIDIUM},
    "/api/v1/search": ALL,
    "/api/v1/todo": ALL,
    "/bulk": {STAFF, PRESIDIUM},
    "/bulk/batches/{batch_id}": {STAFF, PRESIDIUM},
    "/bulk/batches/{batch_id}/go": {STAFF, PRESIDIUM},
    "/bulk/batches/{batch_id}/standing": {STAFF, PRESIDIUM},
    "/bulk/{act}": {STAFF, PRESIDIUM},
    "/search": ALL,
    "/pictures": ALL - {Role.HEAD, Role.VILLAGE, SCRUTINEER},
    "/pictures/report.{form}": ALL - {Role.HEAD, Role.VILLAGE, SCRUTINEER, Role.DEPUTY},
    "/subjects/{subject}": ALL - {Role.HEAD, Role.VILLAGE, SCRUTINEER, Role.DEPUTY},
    "/setup": {STAFF},
    "/setup/name": {STAFF},
    "/status": {STAFF, PRESIDIUM},
    "/events": ALL,
    "/calendar": ALL,
    "/account/notices": ALL,
    "/todo": ALL,
    "/todo/begun": ALL,
    "/todo/done": ALL,
    "/todo/messages": ALL,
    "/workdays": ALL,
    "/workdays/count": ALL,
    "/workdays/{year}": {STAFF},
    "/workdays/{year}/official": {STAFF},
    "/yearend": YEAREND,
    "/yearend/history": YEAREND | {Role.DISCIPLINE_OFFICE},
    "/yearend/history/{version}/sign": YEAREND | {Role.DISCIPLINE_OFFICE},
    "/yearend/{year}": YEAREND,
    "/yearend/{year}/batches": YEAREND,
    "/yearend/{year}/batches/{batch}": YEAREND,
    "/yearend/{year}/batches/{batch}/live": YEAREND,
    "/yearend/{year}/import": YEAREND,
    "/yearend/{year}/ranking.xlsx": YEAREND,
    "/yearend/{year}/scores.xlsx": YEAREND,
    "/yearend/{year}/sheets/{subject}": YEAREND,
}
"""Which act of `/cases/…/do/…` is whose is the domain's table: tests/workflows/test_acts_on_pages.py."""


def routes() -> Iterator[tuple[str, str]]:
    """Every route of the pages' sources; the count desk is an application of its own, with codes for accounts."""
    for file in sorted(Path(web.__file__).parent.rglob("*.py")):
        if "count_desk" not in file.parts:
            yield from _ROUTE.findall(file.read_text(encoding="utf-8"))


def test_the_table_names_every_route() -> None:
    assert {path for _, path in routes()} == OPEN | set(OF)


@pytest.mark.parametrize("role", sorted(ALL))
async def test_a_role_sees_its_pages_and_no_other(pages: Pages, role: Role) -> None:
    await pages.log_in(role)
    wrong = []
    for method, path in [*routes()]:
        if path in OPEN or path == "/logout":
            continue
        answer = await _try(pages.client, method, path)
        refused = answer.status_code == 403 and "您的角色不能看这个页面" in answer.text
        if refused is (role in OF[path]):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


async def test_without_a_session_nothing_of_the_town_is_shown(pages: Pages) -> None:
    await pages.log_in(STAFF)
    pages.client.cookies.clear()
    for method, path in routes():
        if path not in OPEN:
            answer = await _try(pages.client, method, path)
            to_the_door = method == "get" and not path.startswith("/api/")
            assert answer.status_code == (303 if to_the_door else 401), (method, path)


async def _try(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    """Nothing of these names is there: what is allowed ends as not found or as a fault of the form."""
    known = {
        "kind": "appraisal",
        "case_id": "2026-none",
        "act": "submit_report",
        "view": "desk",
        "login": "nobody",
        "digest": "0" * 64,
        "form": "pdf",
        "which": "own",
        "year": "2020",
        "version": "0",
    }
    filled = path.format_map(defaultdict(lambda: "none", known))
    if path == "/events":  # a stream, which goes on: the guard is asked all the same
        return await client.head(filled)
    return await client.request(method.upper(), filled, data={} if method == "post" else None)
