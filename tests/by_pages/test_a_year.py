"""A year by the pages alone, each in their role: an appraisal fails, is rectified, and voted on again.

With `JIANDU_SCREENSHOTS=FOLDER` every page that is looked at is kept as a picture, at a desk and on a phone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from playwright.async_api import Browser, Page
from pypdf import PdfReader

from domain.acts import Role
from domain.cases.case import TOWN_ZONE
from tests.browser import browser
from tests.by_pages.people import PHONE, Person, Watch, account, person
from tests.cli.conftest import place
from tests.cli.place import Place

__all__ = ["browser", "place"]

DEPUTIES = 10
TODAY = datetime.now(UTC).astimezone(TOWN_ZONE).date()
YEAR = TODAY.year
HEAD = "周㙟强"
VILLAGE = "唐家会村"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b")
"""A short code as a slip has it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def roster() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "代表"
    sheet.append(["代表编号", "姓名", "代表小组"])
    for number in range(1, DEPUTIES + 1):
        sheet.append([f"d{number:02}", f"代表{'甲乙丙丁戊己庚辛壬癸'[number - 1]}", "城区代表小组"])
    posts = book.create_sheet("测评对象")
    posts.append(["对象编号", "名称", "类别", "负责人"])
    posts.append(["lyz", "林业站", "站所", HEAD])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


async def first_run(staff: Person) -> None:
    """From an empty folder to a year that runs, along the guide."""
    page = await staff.open("/setup", "setup")
    page = await staff.open("/accounts")
    await page.fill("#name", "陈秘书")
    await page.fill("#login", "chen")
    await page.fill("#person", "s01")
    await page.check('[name="roles"][value="staff"]')
    await page.get_by_role("button", name="建立账号").click()
    given = await page.locator(".given code").inner_text()
    await staff.log_in("chen", given)
    page = await staff.open("/setup")
    await page.fill("#name", "青石镇")
    await page.get_by_role("button", name="保存镇名").click()
    page = await staff.open("/roster/import", "roster-import")
    await page.set_input_files("#file", {"name": "名册.xlsx", "mimeType": XLSX, "buffer": roster()})
    await page.get_by_role("button", name="上传并预览").click()
    await staff.watch.look(page, "roster-preview")
    await page.get_by_role("button", name="确认").click()
    await page.wait_for_url(lambda url: "/roster/" in url and "/import" not in url)
    await staff.open("/roster/subjects", "roster")
    page = await staff.open("/cycles/new", "year-new")
    await page.get_by_role("button", name="启动").click()
    await page.wait_for_url(lambda url: "year=" in url)


async def counted_on_paper(staff: Person, browser: Browser, poll: str, competent: int) -> None:
    """Forms are typed twice at the count desk: `competent` of them all 称职, the others all 不称职."""
    page = await staff.open(f"/polls/{poll}/paper")
    await page.fill("#first", "录入甲")
    await page.fill("#second", "录入乙")
    await page.fill("#scrutineers", "监票丙")
    await page.get_by_role("button", name="发计票台代码").click()
    await staff.watch.look(page, "paper-desk")
    links = [await page.locator(".slips a").nth(place).get_attribute("href") for place in range(2)]
    for link in links:
        assert link is not None
        desk = (await person(browser, link.partition("/enter")[0], staff.watch)).page
        await desk.goto(link)
        await desk.wait_for_url(lambda url: url.endswith("/forms"))
        for number in range(1, DEPUTIES + 1):
            await desk.goto(f"{link.partition('/enter')[0]}/forms/A/{number}")
            await desk.locator("[data-row][aria-current]").wait_for()
            for _ in range(6):
                await desk.keyboard.press("2" if number <= competent else "4")
            await desk.keyboard.press("Enter")
            await desk.wait_for_url(lambda url, number=number: f"saved=A-{number:03}" in url or "/forms/A/" not in url)  # type: ignore[misc]
        await desk.context.close()


async def poll(staff: Person, browser: Browser, poll_id: str, competent: int) -> None:
    """Call a poll for what is ready, hold it on paper, count it."""
    page = await staff.open("/polls/new", "poll-new")
    await page.fill("#poll_id", poll_id)
    await page.select_option("#mode", "paper")
    await page.get_by_role("button", name="召集").click()
    await page.wait_for_url(lambda url: f"/cases/poll/{YEAR}-{poll_id}" in url)
    case = f"poll/{YEAR}-{poll_id}"
    await staff.do(case, "open_poll", {"present": str(DEPUTIES)})
    await counted_on_paper(staff, browser, f"{YEAR}-{poll_id}", competent)
    await staff.open(f"/polls/{YEAR}-{poll_id}", "poll-live")
    await staff.do(case, "close_poll")


async def stage(staff: Person, case: str, word: str) -> Page:
    """The case's page once it says `word`: cases tell each other in the background."""
    page = await staff.open(f"/cases/{case}")
    for _ in range(60):
        if word in await page.inner_text("main"):
            return page
        await page.wait_for_timeout(250)
        await page.reload()
    raise AssertionError(f"{case} never said {word}: {await page.inner_text('main')}")


@pytest.mark.timeout(600)
async def test_a_year_by_its_pages_alone(place: Place, browser: Browser) -> None:
    watch = Watch()
    running = place.up()
    try:
        origin = running.addresses["web"]
        staff = await person(browser, origin, watch)
        await first_run(staff)
        head = await account(staff, browser, "zhou", HEAD, HEAD, Role.HEAD)
        discipline = await account(staff, browser, "jiwei", "纪委书记", "j01", Role.DISCIPLINE_OFFICE)
        presidium = await account(staff, browser, "zhuxi", "主席", "z01", Role.PRESIDIUM)
        deputy = await by_link(staff, browser)
        await proposal(staff, presidium, deputy, browser)

        await staff.do(f"cycle/{YEAR}", "start_appraisal", {"subject": "lyz"})
        case = f"appraisal/{YEAR}-lyz"
        await stage(staff, case, "林业站")
        await head.open("/mine", "mine")
        await head.do(case, "submit_report", {"form": "written"})
        await deputy.open("/me", "deputy-home")
        page = await deputy.open(f"/me/ask/{YEAR}-lyz", "deputy-ask")
        await page.fill("#text", "造林任务何时完成？")
        await page.get_by_role("button", name="提交").click()
        await page.get_by_text("造林任务何时完成？").first.wait_for()
        question = await question_of(staff, case)
        await head.do(case, "answer_question", {"question_id": question, "text": "十月底前完成。"}, "act")
        await presidium.do(case, "itemise_opinion", {"opinion_id": "o1", "text": "公开造林补贴"})
        await discipline.do(case, "file_opinions", {"number": "镇纪备〔1〕号"})
        await head.do(case, "report_implementation", {"opinion_id": "o1"})
        await presidium.do(case, "check_implementation", {"opinion_id": "o1", "satisfied": "yes"})

        await poll(staff, browser, "P1", competent=4)
        rectification = f"rectification/{YEAR}-lyz"
        await staff.open("/todo", "todo")
        await stage(staff, case, "不合格")
        await presidium.do(rectification, "serve_notice")
        await plan_by_keyboard(head)
        await discipline.open("/rectifications", "rectifications")
        await head.do(rectification, "submit_rectification_report", {"text": "已整改"})
        await presidium.do(rectification, "decide_on_report", {"decision": "accept"})
        await poll(staff, browser, "P2", competent=9)
        await stage(staff, rectification, "合格")
        await staff.open(f"/cases/{rectification}", "case")
        await staff.open("/", "year")
        for path, name in (
            ("/pictures", "pictures"),
            ("/papers", "papers"),
            ("/audit", "audit"),
            ("/search?q=lyz", "search"),
            ("/reminders", "reminders"),
            ("/calendar", "calendar"),
            ("/yearend", "yearend"),
            ("/board", "board"),
            ("/policy", "policy"),
            ("/workdays", "workdays"),
            ("/deputies/links", "deputy-links"),
            ("/accounts", "accounts"),
            ("/status", "status"),
            ("/api", "api"),
            ("/account/tokens", "tokens"),
        ):
            await staff.open(path, name)
        assert watch.faults == []
    finally:
        running.end()


async def proposal(staff: Person, presidium: Person, deputy: Person, browser: Browser) -> None:
    """A village's proposal passes its five steps, each body at its own page; the deputy reads it."""
    village = await account(staff, browser, "tangjia", "唐家会村", "唐家会村", Role.VILLAGE, VILLAGE)
    leader = await account(staff, browser, "liu", "刘镇长", "l01", Role.TOWN_LEADER, VILLAGE)
    party = await account(staff, browser, "dangwei", "党委书记", "p01", Role.PARTY_COMMITTEE)
    values = {"proposal_id": "canal", "village": VILLAGE, "title": "修建防渗渠"}
    await village.do(f"cycle/{YEAR}", "register_proposal", values)
    case = f"proposal/{YEAR}-canal"
    await stage(leader, case, "修建防渗渠")
    await leader.do(case, "decide_step", {"step": "lead_review", "decision": "approve"})
    await party.do(case, "decide_step", {"step": "party_preliminary", "decision": "approve"})
    await deputy.open(f"/me/proposals/{YEAR}-canal", "deputy-proposal")
    votes = {"votes.for": "8", "votes.against": "1", "votes.abstain": "1"}
    await presidium.do(case, "decide_step", {"step": "deputies", **votes})
    votes = {"votes.for": "20", "votes.against": "3", "votes.abstain": "1"}
    meeting = {"step": "village_meeting", "form": "representatives", "entitled": "30", "present": "24"}
    await village.do(case, "decide_step", {**meeting, **votes})
    await party.do(case, "decide_step", {"step": "final_approval", "decision": "approve"})
    await village.do(case, "report_progress", {"text": "渠道完成一半", "percent": "50"})
    await village.do(case, "complete_proposal", {"text": "已竣工验收"})
    await stage(village, case, "已办结")
    await village.open("/mine", "mine-village")


async def plan_by_keyboard(head: Person) -> None:
    """From the in-box to the receipt without a mouse."""
    page = await head.open("/todo")
    await tab_to(page, "报整改方案")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/do/submit_plan" in url)
    await tab_to(page, name="text")
    await page.keyboard.type("逐项整改")
    await tab_to(page, "看看会怎样")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="确认办理").wait_for()
    await tab_to(page, "确认办理")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "done=submit_plan" in url)


async def tab_to(page: Page, word: str = "", name: str = "") -> None:
    """Press Tab until what is meant has the focus, and can be seen to have it."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            """() => { const it = document.activeElement, style = getComputedStyle(it);
              return [it.innerText || "", it.name || "", style.outlineStyle !== "none"] }"""
        )
        if (word and focused[0].startswith(word)) or (name and focused[1] == name):
            assert focused[2], f"nobody sees that {word or name} has the focus"
            return
    raise AssertionError(f"no Tab leads to {word or name}")


async def by_link(staff: Person, browser: Browser) -> Person:
    """A deputy enters with the short code of the slip that the staff print, and sets a PIN."""
    page = await staff.open("/deputies/links")
    await page.get_by_role("button", name="给勾选的代表发放并打印").click()
    slips = page.get_by_role("link", name="打开纸条")
    await slips.wait_for()
    answer = await page.request.get(staff.origin + (await slips.get_attribute("href") or ""))
    text = PdfReader(BytesIO(await answer.body())).pages[0].extract_text()
    code = CODE.search(text)
    assert code is not None, text
    deputy = await person(browser, staff.origin, staff.watch, PHONE)
    page = await deputy.open("/pin", "deputy-code")
    await page.fill("#code", code[0])
    await page.get_by_role("button", name="下一步").click()
    await page.fill("#pin", "2580")
    await page.fill("#again", "2580")
    await staff.watch.look(page, "deputy-pin")
    await page.get_by_role("button", name="设好，进入").click()
    await page.wait_for_url(lambda url: url.endswith("/me"))
    return deputy


async def question_of(staff: Person, case: str) -> str:
    """The number that the question got."""
    page = await staff.open(f"/cases/{case}")
    found = re.search(r"q-[0-9a-f]{8}", await page.inner_text("main"))
    assert found is not None
    return found[0]
