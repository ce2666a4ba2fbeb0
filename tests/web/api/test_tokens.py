"""Tokens: a program has its owner's roles for as long as the token is good; browsers show the form's token."""

from __future__ import annotations

import re

from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification
from tests.cases.examples import FAILED, LYS
from tests.web.conftest import TOWN, Pages
from web.accounts.store import AccountStore

PROBLEM = "application/problem+json"


async def form_token(pages: Pages) -> str:
    """What stands in the forms of the session."""
    found = re.search(r'name="form_token" value="([^"]+)"', (await pages.client.get("/account/tokens")).text)
    assert found is not None
    return found[1]


async def made(pages: Pages) -> dict[str, str]:
    """A new token of whoever is logged in, as a header; the session is gone from then on."""
    data = {"form_token": await form_token(pages), "label": "台账程序", "days": "30"}
    page = await pages.client.post("/account/tokens", data=data)
    token = re.search(r"jiandu_[\w-]+", page.text)
    assert token is not None
    return {"authorization": f"Bearer {token[0]}"}


async def test_a_token_has_its_owners_roles_and_nothing_else(pages: Pages) -> None:
    await pages.record(CaseKind.APPRAISAL, "2026-lys", OpenAppraisal(year=2026, subject=LYS))
    await pages.record(CaseKind.RECTIFICATION, "2026-lys", OpenRectification(year=2026, subject=LYS, failed=FAILED))
    await pages.log_in(Role.DEPUTY)
    token = await made(pages)
    pages.client.cookies.clear()
    me = (await pages.client.get("/api/v1/me", headers=token)).json()
    assert (me["person"], me["roles"], me["by_token"]) == ("p1", ["deputy"], True)
    cases = (await pages.client.get("/api/v1/cases", headers=token)).json()["cases"]
    assert [case["kind"] for case in cases] == ["appraisal"]
    hidden = await pages.client.get("/api/v1/cases/rectification/2026-lys", headers=token)
    assert (hidden.status_code, hidden.headers["content-type"]) == (404, PROBLEM)
    refused = await pages.client.get("/api/v1/audit", headers=token)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await pages.client.get("/todo", headers=token)).status_code == 303  # good for the API alone


async def test_a_token_withdrawn_or_of_a_disabled_account_is_good_for_nothing(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    first, second = await made(pages), await made(pages)
    page = await pages.client.get("/account/tokens")
    assert first["authorization"].removeprefix("Bearer ") not in page.text
    data = {"form_token": await form_token(pages)}
    tokens = re.findall(r"/account/tokens/([0-9a-f-]+)/withdraw", page.text)
    await pages.client.post(f"/account/tokens/{tokens[1]}/withdraw", data=data)  # the older one
    answer = await pages.client.get("/api/v1/me", headers=first)
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await pages.client.get("/api/v1/me", headers=second)).status_code == 200
    accounts = AccountStore(pages.store.engine, TOWN)
    account = (await accounts.all())[0]
    await accounts.change(account.model_copy(update={"disabled": True}))
    assert (await pages.client.get("/api/v1/me", headers=second)).status_code == 401


async def test_a_browser_changes_something_only_with_its_forms_token(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    path = "/api/v1/audit/verification"
    without = await pages.client.post(path)
    assert (without.status_code, without.headers["content-type"]) == (403, PROBLEM)
    given = await pages.client.post(path, headers={"x-form-token": await form_token(pages)})
    assert given.status_code == 202
    elsewhere = await pages.client.post(path, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403


async def test_what_is_none_of_the_api_is_told_as_a_problem(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/cases", 405)):
        answer = await pages.client.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        assert answer.json()["instance"] == path


async def test_the_page_lists_the_operations_that_are_ones_own_and_loads_nothing_from_elsewhere(pages: Pages) -> None:
    await pages.log_in(Role.DEPUTY)
    page = (await pages.client.get("/api")).text
    assert "/api/v1/cases/{kind}/{case_id}/timeline" in page
    assert "/api/v1/audit" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
