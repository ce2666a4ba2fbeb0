"""The deputies' door: a personal link and a PIN; what the staff see of it, and what nobody does."""

from __future__ import annotations

import asyncio
import io
import logging
import re

import pypdf
import pytest
from sqlalchemy import text

from domain.acts import Role
from eventstore.database import in_town
from tests.web.conftest import TOWN, Pages
from tests.web.deputies import LI, PIN, WANG, inside, issued, known, phone, with_roster
from web.deputies.links import LinkStore, login_of


async def test_a_link_asks_for_a_pin_once_set_and_then_opens_the_home(pages: Pages) -> None:
    slip = await issued(pages)
    async with phone(pages) as client:
        scanned = await client.get(f"/d/{slip.token}")
        assert (scanned.status_code, scanned.headers["location"]) == (303, "/pin")
        assert "王建国" in (await client.get("/pin")).text
        entered = await client.post("/pin", data={"pin": PIN, "again": PIN})
        assert (entered.status_code, entered.headers["location"]) == (303, "/me")
        assert int(re.findall(r"Max-Age=(\d+)", entered.headers["set-cookie"])[0]) > 300 * 86400
        assert (await client.get("/me")).status_code == 200
    async with phone(pages) as another:
        await another.get(f"/d/{slip.token}")
        assert (await another.get("/me")).headers["location"] == "/pin"
        assert (await another.post("/pin", data={"pin": "9753"})).status_code == 403
        assert (await another.post("/pin", data={"pin": PIN})).headers["location"] == "/me"


@pytest.mark.parametrize(
    ("pin", "again", "why"),
    [
        ("1111", "1111", "太好猜"),
        ("2345", "2345", "太好猜"),
        ("258", "258", "4 到 6 位"),
        ("25ab", "25ab", "4 到 6 位"),
        ("2580", "2581", "不一样"),
    ],
)
async def test_a_pin_that_anybody_would_guess_is_not_set(pages: Pages, pin: str, again: str, why: str) -> None:
    slip = await issued(pages)
    async with phone(pages) as client:
        await client.get(f"/d/{slip.token}")
        answer = await client.post("/pin", data={"pin": pin, "again": again})
        assert (answer.status_code, why in answer.text) == (422, True)
        assert (await client.get("/me")).status_code == 303


async def test_five_wrong_pins_lock_it_and_the_staff_reset_it(pages: Pages) -> None:
    await with_roster(pages)
    slip = await issued(pages)
    async with phone(pages) as client:
        await inside(client, slip)
        client.cookies.delete("jiandu_session")
        # Side by side: guesses that are compared at the same time count one by one.
        answers = await asyncio.gather(*(client.post("/pin", data={"pin": "9753"}) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {403}
        locked = await client.post("/pin", data={"pin": PIN})
        assert (locked.status_code, "锁住" in locked.text) == (403, True)
        await known(pages, pages.client, "s1", Role.STAFF)
        page = (await pages.client.get("/deputies/links")).text
        assert "已锁住" in page
        token = re.findall(r'name="form_token" value="([^"]+)"', page)[-1]
        await pages.client.post("/deputies/links/pin", data={"form_token": token, "person": WANG.id})
        again = await client.post("/pin", data={"pin": "8642", "again": "8642"})
        assert again.headers["location"] == "/me"


async def test_a_withdrawn_link_opens_nothing_and_ends_what_it_opened(pages: Pages) -> None:
    slip = await issued(pages)
    links = LinkStore(pages.store.engine, TOWN)
    async with phone(pages) as client:
        await inside(client, slip)
        assert await links.withdraw(WANG.id)
        assert (await client.get("/me")).status_code == 303
        assert (await client.post("/pin", data={"pin": PIN})).status_code == 403
        gone = await client.get(f"/d/{slip.token}")
        assert (gone.status_code, "作废" in gone.text, slip.token in gone.text) == (404, True, False)
    assert not await links.withdraw(WANG.id)


async def test_a_renewed_link_replaces_the_old_one(pages: Pages) -> None:
    old, new = await issued(pages), await issued(pages)
    async with phone(pages) as client:
        assert (await client.get(f"/d/{old.token}")).status_code == 404
        assert (await inside(client, new)).status_code == 303


async def test_a_typed_code_is_good_until_a_pin_is_set(pages: Pages) -> None:
    slip = await issued(pages)
    async with phone(pages) as client:
        assert (await client.post("/pin/code", data={"code": "AAAA-AAAA-AAAA-AAAA"})).status_code == 403
        await client.post("/pin/code", data={"code": slip.code.lower().replace("-", " ")})
        assert (await client.post("/pin", data={"pin": PIN, "again": PIN})).headers["location"] == "/me"
    async with phone(pages) as another:
        assert (await another.post("/pin/code", data={"code": slip.code})).status_code == 403


async def test_a_link_is_no_second_way_through_the_door_of_passwords(pages: Pages) -> None:
    slip = await issued(pages)
    async with phone(pages) as client:
        await inside(client, slip)
        client.cookies.clear()
        tried = await client.post("/login", data={"login": login_of(WANG.id), "password": PIN})
        assert tried.status_code == 403


async def test_nothing_of_a_link_is_kept_but_hashes_nor_told_to_a_log(
    pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slip = await issued(pages)
    async with phone(pages) as client:
        answer = await inside(client, slip)
        assert answer.headers["referrer-policy"] == "no-referrer"
    async with in_town(pages.store.engine, TOWN) as connection:
        rows = (await connection.execute(text("SELECT l::text FROM accounts.personal_link l"))).scalars().all()
    metrics = (await pages.client.get("/metrics")).text
    for secret in (slip.token, slip.code):
        assert secret not in "".join(rows) + metrics
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert slip.token not in "".join(record.getMessage() for record in ours)


async def test_links_for_many_are_issued_with_progress_and_printed_eight_on_a_page(pages: Pages) -> None:
    await with_roster(pages)
    await known(pages, pages.client, "s1", Role.STAFF)
    page = (await pages.client.get("/deputies/links")).text
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[-1]
    form = {"form_token": token, "address": "http://10.1.2.3:8080/", "persons": [WANG.id, LI.id]}
    started = await pages.client.post("/deputies/links", data=form)
    batch = started.headers["location"]
    for _ in range(200):
        shown = await pages.client.get(batch)
        if "refresh" not in shown.headers:
            break
        await asyncio.sleep(0.05)
    assert "2 张纸条已排好" in shown.text
    pdf = pypdf.PdfReader(io.BytesIO((await pages.client.get(f"{batch}/slips.pdf")).content))
    printed = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert len(pdf.pages) == 1
    assert all(each in printed for each in (WANG.name, LI.name, "http://10.1.2.3:8080/pin"))
    codes = re.findall(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", printed)
    async with phone(pages) as client:
        await client.post("/pin/code", data={"code": codes[0]})
        assert (await client.post("/pin", data={"pin": PIN, "again": PIN})).status_code == 303


async def test_the_slips_are_for_who_issued_them_alone(pages: Pages) -> None:
    await with_roster(pages)
    await known(pages, pages.client, "s1", Role.STAFF)
    page = (await pages.client.get("/deputies/links")).text
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[-1]
    form = {"form_token": token, "address": "http://10.1.2.3", "persons": [WANG.id]}
    batch = (await pages.client.post("/deputies/links", data=form)).headers["location"]
    async with phone(pages) as other:
        await known(pages, other, "s2", Role.STAFF)
        assert (await other.get(batch)).status_code == 404
        assert (await other.get(f"{batch}/slips.pdf")).status_code == 404


async def test_no_link_is_issued_before_the_staff_have_accounts(pages: Pages) -> None:
    await with_roster(pages)
    form = {"address": "http://10.1.2.3", "persons": [WANG.id]}
    answer = await pages.client.post("/deputies/links", data=form)
    assert (answer.status_code, "账号" in answer.text) == (422, True)
    assert (await pages.client.get("/accounts")).status_code == 200
