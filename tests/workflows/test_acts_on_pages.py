"""Acts done from pages, in real cases: a form, a look at what it would do, then done once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx
import pytest

from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from eventstore.books import write_book
from tests.cases.examples import LYS
from tests.web.conftest import PASSWORD
from tests.workflows.conftest import STAFF, Stack
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore
from web.acts.counter import Counter
from web.app import create_app
from web.findings import Finding
from web.site import Site
from workflows.client import CaseClient, EngineUnavailable

CASE = "2025-lys"
FORM = f"/cases/appraisal/{CASE}/do/submit_report"


@dataclass
class Town:
    """The pages of a town whose cases run."""

    stack: Stack
    client: httpx.AsyncClient
    accounts: AccountStore

    async def log_in(self, login: str, *roles: Role) -> None:
        account = Account(login=login, name=login, person=f"p-{login}", roles=roles)
        await self.accounts.add(account, await asyncio.to_thread(hash_password, PASSWORD))
        await self.client.post("/login", data={"login": login, "password": PASSWORD})

    async def send(self, path: str, step: str, **fields: str) -> httpx.Response:
        page = await self.client.get(path)
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        return await self.client.post(path, data={**hidden, **fields, "press": step})

    async def events(self) -> list[str]:
        return await self.stack.events(f"appraisal-{CASE}")


@pytest.fixture
async def town(stack: Stack) -> AsyncIterator[Town]:
    """A town with one appraisal that waits for its report."""
    await stack.start(CaseKind.APPRAISAL, CASE, OpenAppraisal(year=2025, subject=LYS))

    async def cases() -> CaseClient:
        return stack.cases

    async def checks() -> list[Finding]:
        return []

    name = stack.cases.town
    site = Site(name, "测试镇", stack.store.engine, checks, checks, counter=Counter(stack.store, name, cases))
    transport = httpx.ASGITransport(app=create_app(site))
    async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
        yield Town(stack, client, AccountStore(stack.store.engine, name))


async def test_a_look_says_what_will_follow_and_records_nothing(town: Town) -> None:
    before = await town.events()
    looked = await town.send(FORM, "look", form="written")
    assert looked.status_code == 200
    assert "本案由“待述职”转入" in looked.text
    assert "确认办理" in looked.text
    assert await town.events() == before


async def test_what_is_confirmed_is_done_once_however_often_it_is_sent(town: Town) -> None:
    looked = await town.send(FORM, "look", form="written")
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', looked.text))
    sent = [await town.client.post(FORM, data={**hidden, "form": "written", "press": "do"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert (await town.events()).count("appraisal.report_submitted") == 1
    page = await town.client.get(sent[0].headers["location"])
    assert "已办理：述职述廉" in page.text


async def test_what_the_rules_refuse_is_said_and_the_form_kept(town: Town) -> None:
    path = f"/cases/appraisal/{CASE}/do/answer_question"
    refused = await town.send(path, "look", question_id="q9", text="已整改")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "已整改" in refused.text


async def test_a_wrong_field_is_named_at_its_place(town: Town) -> None:
    refused = await town.send(f"/cases/appraisal/{CASE}/do/commit_to_question", "look", question_id="q1", due="明天")
    assert refused.status_code == 422
    assert 'id="due-fault"' in refused.text
    assert 'id="measure-fault"' in refused.text


async def test_the_person_and_role_of_the_session_are_recorded(town: Town) -> None:
    head = ImportRoster(subjects=(LYS.model_copy(update={"responsible": "p-li"}),))
    now, name = datetime.now(UTC), town.stack.cases.town
    await write_book(town.stack.store, name, ROSTER, head, actor=STAFF, command_id="roster", now=now)
    await town.log_in("li", Role.HEAD)
    await town.send(FORM, "do", form="spoken")
    recorded = (await town.stack.store.read_stream(town.stack.cases.town, f"appraisal-{CASE}"))[-1]
    assert (recorded.metadata.actor.id, recorded.metadata.actor.role) == ("p-li", Role.HEAD)


async def test_the_staff_record_for_another_and_it_says_so(town: Town) -> None:
    await town.log_in("wang", Role.STAFF)
    await town.send(FORM, "do", form="spoken", on_behalf_of="h-1", paper="scan-12")
    recorded = (await town.stack.store.read_stream(town.stack.cases.town, f"appraisal-{CASE}"))[-1]
    assert recorded.metadata.actor.on_behalf_of == "h-1"
    assert "代 h-1" in (await town.client.get(f"/cases/appraisal/{CASE}")).text


async def test_an_act_of_others_is_neither_offered_nor_taken(town: Town) -> None:
    await town.log_in("dai", Role.DEPUTY)
    case = await town.client.get(f"/cases/appraisal/{CASE}")
    assert "/do/raise_question" in case.text
    assert "/do/submit_report" not in case.text
    before = await town.events()
    assert (await town.client.get(FORM)).status_code == 403
    page = await town.client.get(f"/cases/appraisal/{CASE}/do/raise_question")
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token is not None
    sent = await town.client.post(FORM, data={"form_token": token[1], "press": "do"})
    assert sent.status_code == 403
    assert await town.events() == before


async def test_a_year_is_started_and_a_poll_called_by_the_pages_alone(town: Town) -> None:
    name, year = town.stack.cases.town, datetime.now(UTC).year
    roster = ImportRoster(
        deputies=tuple(Deputy(id=f"d{number}", name=f"代表{number}") for number in range(1, 6)),
        subjects=(LYS.model_copy(update={"id": "czs", "name": "财政所"}),),
        heads_from=date(year, 1, 1),
    )
    now = datetime.now(UTC)
    await write_book(town.stack.store, name, ROSTER, roster, actor=STAFF, command_id="roster", now=now)
    assert (await town.send("/cycles/new", "", year=str(year))).headers["location"] == f"/?year={year}"
    cycle = f"/cases/cycle/{year}/do"
    assert (await town.send(f"{cycle}/start_appraisal", "do", subject="czs")).status_code == 303
    await town.send(f"/cases/appraisal/{year}-czs/do/submit_report", "do", form="spoken")
    await town.send(f"/cases/appraisal/{year}-czs/do/file_opinions", "do", number="〔2026〕1 号")
    page = await town.client.get(f"/polls/new?year={year}")
    assert f'value="appraisal/{year}-czs"' in page.text
    today = datetime.now(UTC).astimezone(TOWN_ZONE).date().isoformat()
    fields = {"poll_id": "P1", "day": today, "mode": "paper", "cases": f"appraisal/{year}-czs"}
    called = await town.send("/polls/new", "", year=str(year), **fields)
    assert called.headers["location"] == f"/cases/poll/{year}-P1"
    assert "poll.called" in await town.stack.events(f"poll-{year}-P1")
    again = await town.send("/polls/new", "", year=str(year), **fields)
    assert again.status_code == 422


async def test_a_year_that_the_engine_does_not_take_is_said_to_be_unsure(stack: Stack) -> None:
    """The form stays, with the id of the act: pressed again, it is the same act."""

    async def nobody() -> CaseClient:
        raise EngineUnavailable("away")

    async def checks() -> list[Finding]:
        return []

    name = stack.cases.town
    now = datetime.now(UTC)
    entry = ImportRoster(deputies=(Deputy(id="d1", name="代表一"),), subjects=(LYS,), heads_from=date(now.year, 1, 1))
    await write_book(stack.store, name, ROSTER, entry, actor=STAFF, command_id="roster", now=now)
    site = Site(name, "测试镇", stack.store.engine, checks, checks, counter=Counter(stack.store, name, nobody))
    transport = httpx.ASGITransport(app=create_app(site))
    async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
        town = Town(stack, client, AccountStore(stack.store.engine, name))
        answer = await town.send("/cycles/new", "", year="2026")
    assert answer.status_code == 503
    assert "不会重复办理" in answer.text
    assert await stack.events("cycle-2026") == []
