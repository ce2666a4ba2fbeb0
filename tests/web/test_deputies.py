"""The deputies' door: a personal link and a PIN; what the staff see of it, and what nobody does."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from datetime import UTC, datetime

import httpx
import pypdf
import pytest
from playwright.async_api import Browser
from sqlalchemy import text

from domain.acts import Role
from domain.cases.appraisal.commands import AnswerQuestion, OpenAppraisal, ReportForm, SubmitReport
from domain.cases.appraisal.events import QuestionRaised
from domain.cases.case import CaseKind
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.roster.books import ROSTER
from domain.roster.commands import RetireDeputy
from domain.rules.proposal import Step
from eventstore.books import read_book, write_book
from eventstore.database import in_town
from tests.browser import PHONE, served, violations
from tests.web.conftest import STAFF, TOWN, Pages
from tests.web.deputies import LI, PIN, POSTS, WANG, at_work, inside, issued, known, phone, with_roster
from tests.web.test_pages import YEAR
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


async def test_a_deputys_phone_stays_logged_in_for_months_and_no_other(pages: Pages) -> None:
    async def idle(days: int) -> None:
        ago = text("UPDATE accounts.session SET seen = now() - make_interval(days => :days)")
        async with in_town(pages.store.engine, TOWN) as connection:
            await connection.execute(ago, {"days": days})

    async with phone(pages) as client, phone(pages) as desk:
        await inside(client, await issued(pages))
        await known(pages, desk, "s1", Role.STAFF)
        await idle(90)
        assert (await client.get("/me")).status_code == 200
        assert (await desk.get("/todo")).status_code == 303
        await idle(130)
        assert (await client.get("/me")).headers["location"] == "/pin"


async def test_who_is_a_deputy_no_more_sees_nothing_and_the_staff_are_told(pages: Pages) -> None:
    await with_roster(at_work(pages))
    case_id = await reported(pages)
    async with phone(pages) as client, phone(pages) as desk:
        await inside(client, await issued(pages))
        assert (await client.get(f"/cases/appraisal/{case_id}")).status_code == 200
        now = datetime.now(UTC)
        retired = RetireDeputy(deputy=WANG.id, reason="调离")
        await write_book(pages.store, TOWN, ROSTER, retired, actor=STAFF, command_id="retire", now=now)
        for path in (f"/cases/appraisal/{case_id}", f"/me/ask/{case_id}"):
            assert (await client.get(path)).status_code == 404
        home = await client.get("/me")
        assert (home.status_code, "林业站" in home.text) == (403, False)
        assert (await sent(client, "/me/relatives", person="h01", relation="配偶")).status_code == 404
        await known(pages, desk, "s1", Role.STAFF)
        assert "王建国 已不是代表" in (await desk.get("/deputies/links")).text


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


async def reported(pages: Pages, key: str = "lyz") -> str:
    """An appraisal with its report in."""
    post = next(each for each in POSTS if each.id == key)
    case_id = f"{YEAR}-{key}"
    await pages.record(CaseKind.APPRAISAL, case_id, OpenAppraisal(year=YEAR, subject=post))
    await pages.record(CaseKind.APPRAISAL, case_id, SubmitReport(form=ReportForm.WRITTEN))
    return case_id


async def sent(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Fill the form of a page and send it."""
    page = await client.get(path)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text.split("<main", 1)[-1]))
    return await client.post(path, data={**hidden, **fields})


async def test_a_deputy_asks_gets_an_answer_and_rates_it(pages: Pages) -> None:
    await with_roster(at_work(pages))
    case_id, slip = await reported(pages), await issued(pages)
    async with phone(pages) as client:
        await inside(client, slip)
        assert f"/me/ask/{case_id}" in (await client.get("/me")).text
        assert (await sent(client, f"/me/ask/{case_id}", text=" ")).status_code == 422
        assert (await sent(client, f"/me/ask/{case_id}", text="水渠何时修好")).headers["location"] == "/me?done=ask"
        raised = (await pages.store.read_stream(TOWN, f"appraisal-{case_id}"))[-1]
        assert isinstance(raised.event, QuestionRaised)
        assert (raised.event.deputy, raised.metadata.actor.role) == (WANG.id, Role.DEPUTY)
        assert "还在等答复" in (await client.get("/me")).text
        key = raised.event.question_id
        await pages.record(CaseKind.APPRAISAL, case_id, AnswerQuestion(question_id=key, text="年内修好"))
        assert "您的提问有了答复" in (await client.get("/me")).text
        rated = await sent(client, f"/me/rate/{case_id}/{key}", rating="unsatisfied", text="没有说清")
        assert rated.headers["location"] == "/me?done=rate"
        home = (await client.get("/me")).text
        assert "您的提问有了答复" not in home
        assert "不满意" in home
    async with phone(pages) as other:
        await inside(other, await issued(pages, LI))
        assert (await other.get(f"/me/rate/{case_id}/{key}")).status_code == 404
        assert "水渠何时修好" not in (await other.get("/me")).text
        assert (await other.get(f"/me/ask/{case_id}")).status_code == 200


async def test_a_deputy_declares_a_relative_of_their_own(pages: Pages) -> None:
    await with_roster(at_work(pages))
    async with phone(pages) as client:
        await inside(client, await issued(pages))
        assert (await sent(client, "/me/relatives", person="nobody", relation="配偶")).status_code == 422
        done = await sent(client, "/me/relatives", person="h01", relation="配偶")
        assert done.headers["location"] == "/me?done=relative"
    roster = await read_book(pages.store, TOWN, ROSTER)
    assert roster.relatives == {(WANG.id, "h01"): "配偶"}


async def test_a_proposal_is_read_once_it_is_before_the_deputies(pages: Pages) -> None:
    await with_roster(pages)
    case_id = f"{YEAR}-T1"
    draft = SubmitProposal(
        proposal_id="T1", year=YEAR, village="唐家会村", title="道路硬化", text="硬化三公里", deputies=2
    )
    await pages.record(CaseKind.PROPOSAL, case_id, draft)
    async with phone(pages) as client:
        await inside(client, await issued(pages))
        assert (await client.get(f"/me/proposals/{case_id}")).status_code == 404
        assert "道路硬化" not in (await client.get("/me")).text
        for step in (Step.LEAD_REVIEW, Step.PARTY_PRELIMINARY):
            await pages.record(CaseKind.PROPOSAL, case_id, DecideStep(step=step, decision=Decision.APPROVE))
        assert "看议案" in (await client.get("/me")).text
        assert "硬化三公里" in (await client.get(f"/me/proposals/{case_id}")).text


async def test_the_pages_hold_for_axe_in_both_sizes_on_a_small_phone(pages: Pages, browser: Browser) -> None:
    await with_roster(at_work(pages))
    case_id, slip = await reported(pages), await issued(pages)
    async with served(pages.app) as origin:
        page = await browser.new_page(viewport=PHONE)
        await page.goto(f"{origin}/d/{slip.token}")
        assert page.url == f"{origin}/pin"
        assert await violations(page) == []
        await page.fill("#pin", PIN)
        await page.fill("#again", PIN)
        await page.click("text=设好")
        await page.wait_for_url("**/me")
        for large in (False, True):
            if large:
                await page.click("text=大字版")
            for path in ("/me", f"/me/ask/{case_id}", "/me/relatives"):
                await page.goto(origin + path)
                assert await violations(page) == []
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= PHONE["width"]
                sizes = await page.evaluate(MEASURE)
                assert sizes["type"] >= (27 if large else 18)
                assert sizes["target"] >= (60 if large else 44)
        await page.set_viewport_size({"width": 320, "height": 640})
        await page.goto(f"{origin}/me")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.close()


MEASURE = """() => {
  const targets = "main a, main button, main select, main textarea, .choice, header button";
  const texts = "main p, main h1, main h2, main label, main .button";
  const all = (which) => [...document.querySelectorAll(which)].filter((each) => !each.classList.contains("hidden"));
  return {target: Math.min(...all(targets).map((each) => each.getBoundingClientRect().height)),
          type: Math.min(...all(texts).map((each) => parseFloat(getComputedStyle(each).fontSize)))};
}"""
