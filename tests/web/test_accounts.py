"""Accounts: who gets in, who does not, and what a stranger's page can do (nothing)."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from playwright.async_api import Browser, Request

from domain.acts import Refusal, Role
from tests.browser import served
from tests.web.conftest import PASSWORD, TOWN, Pages
from web.accounts.entrance import Entrance
from web.accounts.model import LOCK_AFTER, Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore

STAFF = Account(login="wang", name="王芳", person="s1", roles=(Role.STAFF,))
HEAD = Account(login="li", name="李明", person="h1", roles=(Role.HEAD,))


@pytest.fixture
async def accounts(pages: Pages) -> AccountStore:
    """A staff member and a head, with the same good password."""
    store = AccountStore(pages.store.engine, TOWN)
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    for account in (STAFF, HEAD):
        await store.add(account, hashed)
    return store


async def log_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/login", data={"login": login, "password": password, "next": "/"})


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def test_without_accounts_the_pages_are_open_and_say_so(pages: Pages) -> None:
    answer = await pages.client.get("/")
    assert answer.status_code == 200
    assert "还没有设账号" in answer.text


async def test_the_first_account_closes_the_pages(pages: Pages) -> None:
    made = await pages.client.post(
        "/accounts", data={"login": "wang", "name": "王芳", "person": "s1", "roles": ["staff"]}
    )
    first = re.search(r"<code>([^<]+)</code>", made.text)
    assert first is not None
    assert (await pages.client.get("/")).headers["location"] == "/login?next=/"
    entered = await log_in(pages.client, "wang", first[1])
    assert entered.status_code == 303
    # A password that somebody else knows has to be changed before anything else.
    assert (await pages.client.get("/")).headers["location"] == "/account/password"
    form = await pages.client.get("/account/password")
    change = {"form_token": token_of(form), "old": first[1], "new": PASSWORD, "again": PASSWORD}
    assert (await pages.client.post("/account/password", data=change)).status_code == 303
    assert (await log_in(pages.client, "wang")).status_code == 303
    assert (await pages.client.get("/")).status_code == 200


@pytest.mark.usefixtures("accounts")
async def test_a_page_asks_for_a_log_in_and_leads_back(pages: Pages) -> None:
    answer = await pages.client.get("/?year=2026")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/%3Fyear%3D2026")
    entered = await pages.client.post("/login", data={"login": "wang", "password": PASSWORD, "next": "/?year=2026"})
    assert entered.headers["location"] == "/?year=2026"
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "王芳" in (await pages.client.get("/?year=2026")).text


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("target", ["//evil.test/", "https://evil.test/", "/\\evil.test"])
async def test_a_log_in_leads_to_no_other_site(pages: Pages, target: str) -> None:
    entered = await pages.client.post("/login", data={"login": "wang", "password": PASSWORD, "next": target})
    assert entered.headers["location"] == "/"


@pytest.mark.usefixtures("accounts")
async def test_a_wrong_password_and_an_unknown_login_are_refused_alike(pages: Pages) -> None:
    answers = [await log_in(pages.client, "wang", "wrong-password"), await log_in(pages.client, "nobody", PASSWORD)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("登录名或口令不对" in answer.text for answer in answers)
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.usefixtures("accounts")
async def test_wrong_passwords_in_a_row_lock_the_account_alone(pages: Pages) -> None:
    for _ in range(LOCK_AFTER):
        await log_in(pages.client, "wang", "wrong-password")
    locked = await log_in(pages.client, "wang")
    assert locked.status_code == 403
    assert "暂停" in locked.text
    assert (await log_in(pages.client, "li")).status_code == 303


@pytest.mark.usefixtures("accounts")
async def test_guesses_side_by_side_count_as_well(pages: Pages) -> None:
    answers = await asyncio.gather(*(log_in(pages.client, "wang", f"guess-number-{number}") for number in range(20)))
    assert sum("登录名或口令不对" in answer.text for answer in answers) == LOCK_AFTER
    assert sum("暂停" in answer.text for answer in answers) == 20 - LOCK_AFTER


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(("path", "status"), [("/todo", 200), ("/accounts", 403), ("/status", 403), ("/no-such", 403)])
async def test_a_page_that_is_not_theirs_is_refused(pages: Pages, path: str, status: int) -> None:
    await log_in(pages.client, "li")
    assert (await pages.client.get(path)).status_code == status


@pytest.mark.usefixtures("accounts")
async def test_a_form_of_another_site_does_nothing(pages: Pages) -> None:
    await log_in(pages.client, "wang")
    data = {"login": "stranger", "name": "新", "person": "n1", "roles": ["staff"]}
    without_token = await pages.client.post("/accounts", data=data)
    token = token_of(await pages.client.get("/accounts"))
    foreign = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    from_elsewhere = await pages.client.post("/accounts", data={**data, "form_token": token}, headers=foreign)
    assert (without_token.status_code, from_elsewhere.status_code) == (403, 403)
    assert "stranger" not in (await pages.client.get("/accounts")).text


async def test_a_disabled_account_is_out_at_once(pages: Pages, accounts: AccountStore) -> None:
    await log_in(pages.client, "li")
    assert (await pages.client.get("/todo")).status_code == 200
    await accounts.change(HEAD.model_copy(update={"disabled": True}))
    assert (await pages.client.get("/todo")).status_code == 303
    assert "已停用" in (await log_in(pages.client, "li")).text


async def test_a_new_password_ends_all_sessions(pages: Pages, accounts: AccountStore) -> None:
    await log_in(pages.client, "wang")
    await Entrance(accounts).change_password(STAFF, PASSWORD, "另一句很长的话在这里")
    assert (await pages.client.get("/")).status_code == 303


@pytest.mark.usefixtures("accounts")
async def test_logging_out_ends_the_session_itself(pages: Pages) -> None:
    await log_in(pages.client, "wang")
    token = token_of(await pages.client.get("/accounts"))
    session = pages.client.cookies["jiandu_session"]
    await pages.client.post("/logout", data={"form_token": token})
    pages.client.cookies.set("jiandu_session", session)
    assert (await pages.client.get("/")).status_code == 303


@pytest.mark.parametrize("password", ["short", "1234567890", "wangwangwang", "aaaaaaaaaaaa", "jiandu-2026-x"])
async def test_an_easy_password_is_refused(accounts: AccountStore, password: str) -> None:
    with pytest.raises(Refusal, match="口令"):
        await Entrance(accounts).change_password(STAFF, PASSWORD, password)


async def test_towns_have_accounts_of_their_own(pages: Pages, accounts: AccountStore) -> None:
    assert len(await accounts.all()) == 2
    elsewhere = AccountStore(pages.store.engine, "other-town")
    assert await elsewhere.all() == []
    assert await elsewhere.credentials("wang") is None


async def test_a_form_is_taken_from_a_browser_without_https(
    pages: Pages, accounts: AccountStore, browser: Browser
) -> None:
    """Without a certificate a browser names only the origin of a form, and under no-referrer not even that."""
    assert await accounts.any()
    async with served(pages.app) as origin:
        page = await browser.new_page()
        posted: list[Request] = []
        page.on("request", lambda request: posted.append(request) if request.method == "POST" else None)
        await page.goto(f"{origin.replace('localhost', 'jiandu.test')}/login")
        await page.fill("#login", "wang")
        await page.fill("#password", PASSWORD)
        await page.click("button.button")
        await page.wait_for_url("**/")
        assert "王芳" in await page.content()
        assert "sec-fetch-site" not in await posted[0].all_headers()
