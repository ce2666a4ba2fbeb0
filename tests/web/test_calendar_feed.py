"""Deadlines as a calendar: the feed as RFC 5545 has it, its secret address, the month on a page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import text

from domain.acts import Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from eventstore.database import in_town
from tests.web.conftest import TOWN, Pages
from tests.web.test_desk_pages import rectification
from tests.web.test_pages import TODAY, YEAR, proposal
from web.calendar_feed.month import first_of, month_of


async def new_feed(pages: Pages) -> str:
    """A new feed of whoever is logged in: its path."""
    page = (await pages.client.get("/account/notices")).text
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[0]
    page = (await pages.client.post("/account/notices", data={"form_token": token, "what": "feed"})).text
    found = re.search(r"<code class=\"address\">http://jiandu\.test(/calendar/[^<]+\.ics)</code>", page)
    assert found is not None
    return found[1]


async def test_a_feed_holds_the_deadlines_that_its_owner_may_see(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站与很长很长的名称，带逗号；分号和一个很长很长很长的尾巴", TODAY)
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    await pages.log_in(Role.DISCIPLINE_OFFICE)
    path = await new_feed(pages)
    pages.client.cookies.clear()
    answer = await pages.client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    calendar: Any = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert {str(each["uid"]) for each in events} == {
        f"rectification-{YEAR}-lys-{what}@{TOWN}.jiandu" for what in ("due", "plan")
    }, "proposals are none of the discipline office's"
    for event in events:
        start, end = event["dtstart"].dt, event["dtend"].dt
        assert type(start) is date
        assert end - start == timedelta(days=1)
        assert "，带逗号；" in str(event["summary"])
        assert [alarm["trigger"].dt for alarm in event.walk("VALARM")] == [timedelta(hours=-16), timedelta(hours=8)]
    assert not any(component.errors for component in calendar.walk())


async def test_a_withdrawn_feed_and_one_that_never_was_show_nothing(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    path = await new_feed(pages)
    page = (await pages.client.get("/account/notices")).text
    form, key = (re.search(f'name="{name}" value="([^"]+)"', page) for name in ("form_token", "key"))
    assert form is not None
    assert key is not None
    await pages.client.post("/account/notices", data={"form_token": form[1], "what": "withdraw", "key": key[1]})
    for each in (path, "/calendar/none.ics"):
        assert (await pages.client.get(each)).status_code == 404


async def test_the_database_does_not_know_the_address(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    token = (await new_feed(pages)).removeprefix("/calendar/").removesuffix(".ics")
    async with in_town(pages.store.engine, TOWN) as connection:
        (row,) = (await connection.execute(text("SELECT feed::text AS all FROM outbox.feed"))).all()
    assert token not in row.all


async def test_a_feed_ends_with_its_account(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    path = await new_feed(pages)
    async with in_town(pages.store.engine, TOWN) as connection:
        await connection.execute(text("UPDATE accounts.account SET disabled = true"))
    assert (await pages.client.get(path)).status_code == 404


async def test_a_mail_address_is_ones_own_and_looks_like_one(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    page = (await pages.client.get("/account/notices")).text
    form = re.findall(r'name="form_token" value="([^"]+)"', page)[0]
    data = {"form_token": form, "what": "email", "email": "wang@town.test"}
    assert (await pages.client.post("/account/notices", data=data)).status_code == 303
    wrong = {**data, "email": "a@b, c@d"}
    assert (await pages.client.post("/account/notices", data=wrong)).status_code == 422
    assert 'value="wang@town.test"' in (await pages.client.get("/account/notices")).text


async def test_the_month_shows_deadlines_where_they_fall(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站", TODAY - timedelta(days=140))
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    page = (await pages.client.get("/calendar")).text
    assert "已经逾期（2）" in page
    assert (await pages.client.get("/calendar?month=2026-13")).status_code == 200


@pytest.mark.parametrize(
    ("named", "first", "before", "after"),
    [("2026-12", date(2026, 12, 1), "2026-11", "2027-01"), ("x", date(2026, 2, 1), "2026-01", "2026-03")],
)
def test_months_follow_each_other(named: str, first: date, before: str, after: str) -> None:
    month = month_of(first_of(named, date(2026, 2, 17)), date(2026, 2, 17), WorkCalendar(), {})
    assert (month.first, month.before, month.after) == (first, before, after)
    assert [len(week) for week in month.weeks] == [7] * len(month.weeks)
