"""Reminders by the staff: seen before they are sent, not twice, not too often, written down; and the printed slip."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.poll.commands import ItemKind, OpenPollCase, PollItem
from domain.policy.document import BallotMode
from domain.roster.books import ROSTER
from domain.roster.commands import EnterSubject
from eventstore.books import write_book
from notices.delivery import Post as PostOffice
from notices.inbox import InBox
from notices.message import Reader
from tests.web.conftest import PASSWORD, STAFF, TOWN, Pages
from tests.web.test_desk_pages import post, rectification
from tests.web.test_pages import TODAY, YEAR, proposal
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore

LYS = f"rectification-{YEAR}-lys"
LATE = TODAY - timedelta(days=140)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def the_head_has_an_account(pages: Pages) -> None:
    entered = EnterSubject(post=post("lys", "林业站"), since=LATE)
    await write_book(pages.store, TOWN, ROSTER, entered, actor=STAFF, command_id="enter", now=datetime.now(UTC))
    account = Account(login="head", name="赵站长", person="赵永胜", roles=(Role.HEAD,))
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    await AccountStore(pages.store.engine, TOWN).add(account, hashed)


async def test_a_reminder_is_seen_then_sent_once_then_rests(pages: Pages) -> None:
    await the_head_has_an_account(pages)
    await rectification(pages, "lys", "林业站", LATE)
    await pages.log_in(Role.STAFF)
    token = field((await pages.client.get("/reminders")).text, "form_token")
    chosen = {"form_token": token, "cases": LYS, "note": "请本周报送"}
    preview = (await pages.client.post("/reminders", data=chosen)).text
    assert "赵站长" in preview
    assert "请本周报送" in preview
    box, head = InBox(pages.store.engine, TOWN), Reader("赵永胜", (Role.HEAD,))
    assert await box.unread(head) == 0, "a preview sends nothing"
    sending = {**chosen, "step": "send", "key": field(preview, "key")}
    assert (await pages.client.post("/reminders", data=sending)).headers["location"] == "/reminders?sent=1"
    await pages.client.post("/reminders", data=sending)
    await pages.client.post("/reminders", data={**sending, "key": "another"})
    assert await box.unread(head) == 1
    assert await box.unread(Reader("d1", (Role.DEPUTY,))) == 0
    page = (await pages.client.get("/reminders")).text
    assert "暂不再催" in page
    assert "0 / 1" in page
    (received,) = await box.messages(head)
    await box.mark_read(head, received.message.key)
    assert "1 / 1" in (await pages.client.get("/reminders")).text


async def test_identity_numbers_do_not_go_out(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站", LATE)
    sending = {"cases": LYS, "note": "身份证110101199003070038", "step": "send", "key": "k"}
    answer = await pages.client.post("/reminders", data=sending)
    assert answer.status_code == 422
    assert "不能写身份证号" in answer.text
    assert await InBox(pages.store.engine, TOWN).unread(Reader("web", (Role.HEAD, Role.STAFF))) == 0


async def test_of_a_poll_all_deputies_are_reminded_whoever_came(pages: Pages) -> None:
    item = PollItem(subject="lys", case_kind=ItemKind.APPRAISAL, case_id=f"{YEAR}-lys", entitled=10, recused=0)
    call = OpenPollCase(poll_id="P1", year=YEAR, date=TODAY, mode=BallotMode.PAPER, items=(item,), revote=False)
    await pages.record(CaseKind.POLL, f"{YEAR}-P1", call)
    await pages.client.post(
        "/reminders", data={"cases": f"poll-{YEAR}-P1", "step": "send", "key": "k"}, follow_redirects=True
    )
    box = InBox(pages.store.engine, TOWN)
    assert [await box.unread(Reader(f"d{number}", (Role.DEPUTY,))) for number in (1, 2)] == [1, 1]


async def test_the_printed_slip_needs_no_channel(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站", LATE)
    page = (await pages.client.get("/reminders/slip", params={"cases": LYS})).text
    for words in ("催办单", "林业站", "个工作日", "签收人"):
        assert words in page, words


async def test_messages_are_read_in_the_in_box(pages: Pages) -> None:
    await the_head_has_an_account(pages)
    await rectification(pages, "lys", "林业站", LATE)
    await pages.client.post("/login", data={"login": "head", "password": PASSWORD})
    box = InBox(pages.store.engine, TOWN)
    await PostOffice(pages.store.engine).round(TOWN)
    page = (await pages.client.get("/todo/messages")).text
    assert page.count('class="unread"') == 2
    data = {"form_token": field(page, "form_token"), "key": field(page, "key")}
    assert (await pages.client.post("/todo/messages", data=data)).status_code == 303
    assert await box.unread(Reader("赵永胜", (Role.HEAD,))) == 1
    await pages.client.post("/todo/messages", data={"form_token": data["form_token"]})
    assert await box.unread(Reader("赵永胜", (Role.HEAD,))) == 0


async def test_what_was_done_and_begun_is_ones_own(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站", LATE)
    await pages.log_in(Role.STAFF)
    assert "您还没有办过事" in (await pages.client.get("/todo/done")).text
    assert "您还没有发起过案件" in (await pages.client.get("/todo/begun")).text
    mine = STAFF.model_copy(update={"id": "p1"})
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"), actor=mine)
    for path in ("/todo/done", "/todo/begun"):
        page = (await pages.client.get(path)).text
        assert "道路硬化" in page, path
        assert "林业站" not in page, path
