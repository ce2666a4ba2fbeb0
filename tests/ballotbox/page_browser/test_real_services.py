"""The same page before the real parties: issuers and box on databases of their own, opened by two teams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg
from playwright.async_api import Route
from psycopg import sql

from ballotbox.offices import IssuerName, Voter
from ballotbox.page import page_bytes
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import Dealing, DealingRequest, PollFacts, deal, roster_bytes
from ballotbox.secret.contents import Contents
from ballotbox.secret.manifest import ISSUERS, Labels, Services, slots_of
from ballotbox.secret.phone import Phone as ScriptedPhone
from ballotbox.secret.teams import combine, open_as_team
from ballotbox.services.board import board_app
from ballotbox.services.box.app import box_app
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.client import HttpIssuerOffice
from ballotbox.services.issuer.app import issuer_app
from domain.policy.document import AppraisalPolicy
from runtime.postgres import OWNER, EmbeddedPostgres
from tests.ballotbox.page_browser.conftest import Phone
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import CODE_LABELS, DEPUTIES, QUESTIONS, SUBJECTS, Hall
from tests.ballotbox.page_browser.test_interruptions import answer_lost, reopened
from tests.ballotbox.page_browser.test_whole_way import ANSWERS, OTHERS
from tests.ballotbox.secret.scripted import CODES
from tests.ballotbox.services.conftest import cluster as cluster
from tests.ballotbox.services.conftest import new_part_database as new_part_database
from tests.ballotbox.services.conftest import plain
from tests.ballotbox.services.issuer_party import as_json, stamps_of
from tests.browser import served
from transparency.signed_note import text_of

KEY = "office-key-of-a-part-0123456789abcdef"


class Database:
    """A database that can be saved and put back while the box runs."""

    def __init__(self, url: str, cluster: EmbeddedPostgres) -> None:
        self.url = url
        self._cluster = plain(cluster.superuser_url)
        self._name = url.split("/")[-1].split("?")[0]
        self._backup = f"{self._name}_backup"

    def save(self) -> None:
        """A backup, made while nobody writes."""
        with psycopg.connect(self._cluster, autocommit=True) as connection:
            self._allow(connection, "false")
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [self._name]
            )
            self._copy(connection, self._name, self._backup)
            self._allow(connection, "true")

    def restore(self) -> None:
        """The backup in the database's place."""
        with psycopg.connect(self._cluster, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(self._name)))
            self._copy(connection, self._backup, self._name)

    def _allow(self, connection: psycopg.Connection, allowed: LiteralString) -> None:
        words = sql.SQL("alter database {} with allow_connections " + allowed)
        connection.execute(words.format(sql.Identifier(self._name)))

    def _copy(self, connection: psycopg.Connection, source: str, target: str) -> None:
        words = sql.SQL("create database {} template {} owner {}")
        connection.execute(words.format(*map(sql.Identifier, (target, source, OWNER))))


class RealHall(Hall):
    """A hall whose parties are the product's own."""

    dealing: Dealing
    facts: PollFacts
    box_database: Database

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sent: list[bytes] = []
        """What the scripted phones cast."""

    @property
    def casting(self) -> str:
        """Where envelopes go."""
        return f"{self.origins['box']}/cast/{self.manifest}"

    @property
    def manifest(self) -> str:
        return self.dealing.poll.hash.hex()

    @property
    def box_office(self) -> HttpBoxOffice:
        """The box, as its office steers it."""
        return HttpBoxOffice(self.origins["box"], KEY)

    def issuer_office(self, name: IssuerName) -> HttpIssuerOffice:
        """An issuer, as its office steers it."""
        return HttpIssuerOffice(self.origins[name], KEY, name)

    async def prepare(self) -> None:
        """Keys, dealing, manifest, codes; collecting begins."""
        self.facts = PollFacts(
            town="城关镇",
            poll="2026-p1",
            event="2026 年站所长述职测评",
            services=Services(**{part: self.origins[part] for part in ("a", "b", "box")}),
            labels=Labels(subjects=SUBJECTS, questions=QUESTIONS, codes=CODE_LABELS),
            recused=dict.fromkeys(SUBJECTS, ()),
            questions=tuple(QUESTIONS),
            codes=CODES,
            roster=tuple(DEPUTIES),
            policy=AppraisalPolicy().model_dump_json().encode(),
            page=page_bytes(),
        )
        facts, key = self.facts, PollKey(self.facts.town, self.facts.poll)
        slots = [slot.name for s in SUBJECTS for slot in slots_of(s, facts.questions, facts.slice_by)]
        made = [await self.issuer_office(i).prepare(key, slots, list(SUBJECTS)) for i in ISSUERS]
        keys = dict(zip(ISSUERS, made, strict=True))
        self.dealing = deal(DealingRequest.of(facts, keys, await self.box_office.prepare(key)))
        manifest = self.dealing.poll.data
        for name in ISSUERS:
            await self.issuer_office(name).begin(manifest, [Voter(*each) for each in DEPUTIES.items()])
            codes = await self.issuer_office(name).codes(self.manifest)
            self.codes[name] = {code.replace("-", ""): deputy for deputy, code in codes.items()}
        files = {"roster.json": roster_bytes(facts.roster), "policy": facts.policy, "page": facts.page}
        await self.box_office.announce(manifest, files)

    async def collect_others(self, *others: str) -> list[ScriptedPhone]:
        """Scripted phones collect over HTTP."""
        phones = [ScriptedPhone(self.dealing.poll, deputy) for deputy in others]
        async with httpx.AsyncClient(trust_env=False) as client:
            for phone, deputy in zip(phones, others, strict=True):
                for name in ISSUERS:
                    asked = as_json(self.code(name, deputy), phone.request(name))
                    answer = await client.post(f"{self.origins[name]}/stamp/{self.manifest}", json=asked)
                    phone.take(name, stamps_of(answer.raise_for_status().json()))
        return phones

    async def begin(self) -> None:
        """Both issuers end collecting; the box takes envelopes."""
        ended = [await self.issuer_office(name).end_collecting(self.manifest) for name in ISSUERS]
        statements = [*(each.collectors for each in ended), *(each.destroyed for each in ended)]
        await self.box_office.begin_casting(self.manifest, statements)

    async def cast_all(self, phones: list[ScriptedPhone]) -> None:
        """The scripted phones cast over HTTP."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for number, phone in enumerate(phones):
                answers = {s: dict.fromkeys(QUESTIONS, CODES[number]) for s in SUBJECTS}
                for envelope in phone.fill(answers):
                    self.sent.append(envelope.to_bytes())
                    (await client.post(self.casting, content=self.sent[-1])).raise_for_status()

    async def cast_all_again(self) -> None:
        """The scripted phones send the same bytes again, until there is an answer."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for data in self.sent:
                for _ in range(100):
                    answer = await client.post(self.casting, content=data)
                    if answer.status_code != 503:
                        break
                    await asyncio.sleep(0.1)
                answer.raise_for_status()

    async def finish(self) -> None:
        """Close, three witnesses, two openings, publication."""
        office, poll = self.box_office, self.dealing.poll
        await office.close(self.manifest)
        text = text_of(self.read("checkpoint.note"))
        async with httpx.AsyncClient(trust_env=False) as client:
            for witness in list(self.dealing.witnesses.values())[:3]:
                address = f"{self.origins['box']}/witness/{self.manifest}"
                (await client.post(address, content=witness.sign(text).encode())).raise_for_status()
        box = await office.contents(self.manifest)
        contents = Contents.of(box, self.facts.roster, dict.fromkeys(SUBJECTS, len(DEPUTIES)))
        slips = self.dealing.slips
        first = await asyncio.to_thread(open_as_team, contents, [slips[n] for n in (1, 2, 3)], 1)
        second = await asyncio.to_thread(open_as_team, contents, [slips[n] for n in (2, 4, 5)], 2)
        combined = combine(poll, self.facts.policy, contents.log.root, first, second)
        await office.publish(self.manifest, combined.files, combined.phase)

    def read(self, name: str) -> str:  # type: ignore[override]
        return (self.folder / "polls" / self.manifest / name).read_text("utf-8")


@asynccontextmanager
async def real_hall(folder: Path, database: Callable[[], str], cluster: EmbeddedPostgres) -> AsyncIterator[RealHall]:
    """Issuers, box and board, each on a port of its own."""
    found = RealHall(folder / "board")
    async with AsyncExitStack() as stack:
        for name in ISSUERS:
            app = await stack.enter_async_context(issuer_app(name, folder / name, database(), KEY))
            found.origins[name] = await stack.enter_async_context(served(app))
        found.box_database = Database(database(), cluster)
        box = box_app(found.box_database.url, folder / "box", found.folder, KEY)
        found.origins["box"] = await stack.enter_async_context(served(box))
        origins = list(found.origins.values())
        found.board = await stack.enter_async_context(served(board_app(found.folder, page_bytes, origins)))
        await found.prepare()
        yield found


async def test_the_whole_way_with_lost_answers_a_killed_phone_and_an_old_database(
    tmp_path: Path, new_part_database: Callable[[], str], cluster: EmbeddedPostgres, phone: Phone
) -> None:
    async with real_hall(tmp_path, new_part_database, cluster) as town:
        page = await phone.open()
        deputy = Deputy(page, town)
        lost = count(1)

        async def first_lost(route: Route) -> None:
            await (answer_lost(route) if next(lost) == 1 else route.continue_())

        await page.route(f"{town.origins['a']}/stamp/**", first_lost)
        await deputy.collect()
        await deputy.fill(ANSWERS)
        others = await town.collect_others(*OTHERS)
        await town.begin()
        town.box_database.save()
        await page.route("**/cast/**", answer_lost)
        await deputy.press("投票")
        await deputy.reads("网络暂时不通")
        page, deputy = await reopened(phone, town)
        await deputy.sees("票已投，回执齐全")
        assert (await town.box_office.numbers(town.manifest)).returned == dict.fromkeys(SUBJECTS, 1)
        numbers = await page.locator(".receipts .number").all_inner_texts()
        await phone.kill()
        await town.cast_all(others)
        await town.box_office.close(town.manifest)
        published = town.read("leaves.txt")
        town.box_database.restore()
        await town.cast_all_again()
        page, deputy = await reopened(phone, town)
        await deputy.reads("票箱在恢复，您的票已重新送达；回执不变")
        assert await page.locator(".receipts .number").all_inner_texts() == numbers
        assert (await town.box_office.numbers(town.manifest)).returned == dict.fromkeys(SUBJECTS, 4)
        await town.finish()
        assert town.read("leaves.txt") == published
        await deputy.press("查看票到哪一步了")
        await deputy.reads("您的 6 项评价全部在公布的票中")
        assert (await town.box_office.numbers(town.manifest)).returned == dict.fromkeys(SUBJECTS, 4)
