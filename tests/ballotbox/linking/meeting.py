"""A whole meeting on real processes: workflows, issuers, box, each with a cluster of its own; and what it leaves."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
from temporalio.client import Client

from ballotbox.in_memory import TEAMS
from ballotbox.offices import IssuerName
from ballotbox.phone_path import Offices
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import Dealing
from ballotbox.secret.contents import Contents
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.manifest import Services as Origins
from ballotbox.secret.phone import Phone
from ballotbox.secret.teams import open_as_team
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.client import HttpIssuerOffice
from domain.acts import Actor, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem
from domain.policy.document import BallotMode, Policy
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from eventstore.books import write_book
from eventstore.store import EventStore
from projections import subscribers
from runtime.ports import free_port
from runtime.postgres import EmbeddedPostgres
from tests.ballotbox.linking.evidence import RawFile, Record, files_of, lines_of, rows_of
from tests.ballotbox.services.box_poll import OFFICE_KEY as BOX_KEY
from tests.ballotbox.services.conftest import plain, small_cluster
from tests.ballotbox.services.issuer_party import OFFICE_KEY, ROOT, as_json, stamps_of
from transparency.signed_note import NoteSigner, text_of
from worker import Services, build_worker
from workflows.client import CaseClient
from workflows.payloads import SealingCodec, data_converter

SUBJECTS = ("czs", "lys", "zhs")
CASE = "2026-p1"
_STAFF = Actor(id="staff-1", role=Role.STAFF)
_TODAY = datetime.now(UTC).date()
_POLICY = Policy.model_validate({"ballot": {"slice": "subject"}})


class Evidence(NamedTuple):
    """What an administrator of everything could read afterwards."""

    records: list[Record]
    files: list[RawFile]


class Part(NamedTuple):
    """A process of a party with its cluster."""

    name: str
    server: EmbeddedPostgres
    base: str
    log: Path


class FolderBoard:
    """The board's files, read from its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def files(self, manifest: str) -> Mapping[str, bytes]:
        """All files of a poll."""
        return {path.name: path.read_bytes() for path in (self._folder / "polls" / manifest).iterdir()}


class Meeting:
    """A poll of `deputies` on three subjects. The steps are called in the order in which they stand here."""

    def __init__(self, deputies: int, parts: Mapping[str, Part], folder: Path, town_url: str) -> None:
        self.town = f"town-{uuid4().hex[:8]}"
        self.names = {f"dep{number:02}": f"代表{number:02}" for number in range(1, deputies + 1)}
        self.parts = parts
        self.phones: dict[str, Phone] = {}
        self.marks: dict[str, dict[str, dict[str, str]]] = {}
        self._board = folder / "board"
        self.town_url = town_url
        self._dealing: Dealing | None = None

    @property
    def poll(self) -> Poll:
        assert self._dealing is not None
        return self._dealing.poll

    @property
    def key(self) -> PollKey:
        return PollKey(self.town, CASE)

    def issuer(self, name: IssuerName) -> HttpIssuerOffice:
        return HttpIssuerOffice(self.parts[name].base, OFFICE_KEY, name)

    @property
    def offices(self) -> Offices:
        origins = Origins(a=self.parts["a"].base, b=self.parts["b"].base, box=self.parts["box"].base)
        box = HttpBoxOffice(self.parts["box"].base, BOX_KEY)
        page = b"<!doctype html><title>page</title>"
        return Offices(
            self.issuer("a"), self.issuer("b"), box, FolderBoard(self._board), origins, lambda: page, self._keep
        )

    async def _keep(self, poll: PollKey, dealing: Dealing) -> None:
        self._dealing = dealing

    async def call(self, cases: CaseClient, store: EventStore) -> None:
        """The roster is entered, the poll called and opened: the workflow has the box made."""
        posts = tuple(Post(id=s, name=s, kind=SubjectKind.STATION, responsible=f"head-{s}") for s in SUBJECTS)
        roster = ImportRoster(
            deputies=tuple(Deputy(id=key, name=name) for key, name in self.names.items()),
            subjects=posts,
            heads_from=date(2026, 1, 1),
        )
        now = datetime.now(UTC)
        await write_book(store, self.town, ROSTER, roster, actor=_STAFF, command_id="roster", now=now)
        count = len(self.names)
        items = tuple(
            PollItem(subject=s, case_kind=ItemKind.APPRAISAL, case_id=f"2026-{s}", entitled=count) for s in SUBJECTS
        )
        opening = OpenPollCase(
            poll_id="p1", year=2026, date=_TODAY, mode=BallotMode.PHONES, items=items, dimensions=False
        )
        await cases.start(
            CaseKind.POLL,
            CASE,
            opening,
            actor=_STAFF,
            command_id="call",
            policy=_POLICY,
            calendar=WorkCalendar(weekends_only=True),
        )
        await cases.act(CaseKind.POLL, CASE, OpenPoll(present=count), actor=_STAFF, command_id="open")
        await settled(cases)

    async def collect(self) -> list[str]:
        """The deputies come one by one, in an order that is returned; A, then B, stamps what their phone asks for."""
        manifest = self.poll.hash.hex()
        codes = {name: await self.issuer(name).codes(manifest) for name in ISSUERS}
        arrivals = random.sample(sorted(self.names), len(self.names))
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            for deputy in arrivals:
                phone = self.phones[deputy] = Phone(self.poll, deputy)
                for name in ISSUERS:
                    body = as_json(codes[name][deputy], await asyncio.to_thread(phone.request, name))
                    answer = await client.post(f"{self.parts[name].base}/stamp/{manifest}", json=body)
                    answer.raise_for_status()
                    phone.take(name, stamps_of(answer.json()))
        return arrivals

    async def cast(self, hurry: float) -> None:
        """The casting is opened; each phone begins when its owner presses the button, and sends as the page does:
        its envelopes shuffled, with small random delays. `hurry`: seconds within which everybody presses."""
        codes = self.poll.manifest.codes
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

            async def send(deputy: str) -> None:
                self.marks[deputy] = {s: {"overall": random.choice(codes)} for s in SUBJECTS}
                envelopes: list[Envelope] = await asyncio.to_thread(self.phones[deputy].fill, self.marks[deputy])
                await asyncio.sleep(random.uniform(0, hurry))
                for envelope in envelopes:
                    await asyncio.sleep(random.uniform(0, hurry))
                    url = f"{self.parts['box'].base}/cast/{self.poll.hash.hex()}"
                    (await client.post(url, content=envelope.to_bytes())).raise_for_status()

            await asyncio.gather(*(send(deputy) for deputy in self.phones))

    async def count(self, cases: CaseClient, box: PollBox) -> None:
        """Closed by an act, co-signed, opened by two teams, published, counted by the workflow."""
        dealing = self._dealing
        assert dealing is not None
        await cases.act(CaseKind.POLL, CASE, ClosePoll(), actor=_STAFF, command_id="close-1")
        await settled(cases)
        manifest = self.poll.hash.hex()
        found = await self.offices.box.contents(manifest)
        async with httpx.AsyncClient(trust_env=False) as client:
            for number in (1, 2, 3):
                note = dealing.witnesses[number].sign(text_of(found.checkpoint))
                (await client.post(f"{self.parts['box'].base}/witness/{manifest}", content=note)).raise_for_status()
        present = dict.fromkeys(SUBJECTS, len(self.names))
        contents = Contents.of(await self.offices.box.contents(manifest), tuple(self.names), present)
        for team, numbers in TEAMS:
            slips = [dealing.slips[number] for number in numbers]
            await box.submit_opening(self.key, await asyncio.to_thread(open_as_team, contents, slips, team))
        await cases.act(CaseKind.POLL, CASE, ClosePoll(), actor=_STAFF, command_id="close-2")
        await settled(cases)

    async def evidence(self, cases: CaseClient) -> Evidence:
        """Everything there is to read: tables, files, the history, logs."""
        records: list[Record] = []
        files: list[RawFile] = []
        records += rows_of("town", plain(self.town_url))
        for name, part in self.parts.items():
            records += rows_of(name, plain(part.server.superuser_url))
            files += files_of(name, part.server.folder)
            records += lines_of(f"log of {name}", part.log.read_bytes())
        history = await cases.handle(CaseKind.POLL, CASE).fetch_history()
        records += lines_of("history", "\n".join(str(event) for event in history.events).encode())
        return Evidence(records, files)


async def settled(cases: CaseClient) -> None:
    """The poll's case has done everything that follows."""
    while (await cases.view(CaseKind.POLL, CASE)).busy:  # noqa: ASYNC110 - the engine offers a query, not an event
        await asyncio.sleep(0.05)


def _serve(name: str, arguments: list[str], base: str, log: Path, stack: ExitStack) -> None:
    command = [sys.executable, "-m", f"tests.ballotbox.services.{name}", *arguments]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{base}/healthz", trust_env=False).raise_for_status()
        except httpx.TransportError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def parties(folder: Path, stack: ExitStack) -> Iterator[tuple[str, Part]]:
    """The three parties, running, each on a cluster of its own."""
    for name in ("a", "b", "box"):
        server = stack.enter_context(small_cluster())
        port, log = free_port(0), folder / f"{name}.log"
        base = f"http://127.0.0.1:{port}"
        keys, url = str(folder / name), plain(server.url)
        if name == "box":
            _serve("box_process", [url, keys, str(folder / "board"), str(port)], base, log, stack)
        else:
            _serve("issuer_process", [name, keys, url, str(port)], base, log, stack)
        yield name, Part(name, server, base, log)


@asynccontextmanager
async def engine(meeting: Meeting, address: str) -> AsyncIterator[tuple[Client, CaseClient, EventStore, PollBox]]:
    """The workflows of the meeting's town."""
    async with AsyncExitStack() as stack:
        sealed = data_converter(SealingCodec({"test": b"0" * 32}, "test"))
        client = await Client.connect(address, namespace="jiandu", data_converter=sealed)
        store = await stack.enter_async_context(EventStore.open(meeting.town_url, subscribers=subscribers()))
        box = PollBox(store.engine, meeting.offices)
        services = Services(store=store, box=box, signer=NoteSigner.generate("test"), rehearsal=True)
        queue = f"test-{uuid4().hex[:8]}"
        await stack.enter_async_context(build_worker(client, services, task_queue=queue))
        yield client, CaseClient(client, meeting.town, store, queue), store, box
