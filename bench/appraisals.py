"""A whole appraisal as its people do it: start, report, three questions and answers, filing, poll, verdict."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from temporalio.client import Client

from ballotbox.ballots import CountedRows
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey
from bench.workload import STAFF, TOWN
from domain.acts import Command
from domain.calendar import WorkCalendar
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    FileOpinions,
    OpenAppraisal,
    PutToPoll,
    RaiseQuestion,
    SubmitReport,
)
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem
from domain.policy.document import Policy
from domain.roster.posts import Post, SubjectKind
from domain.rules.counting import ItemCount
from eventstore.database import create_engine
from eventstore.store import EventStore
from projections import subscribers
from transparency.signed_note import NoteSigner
from worker import Services, build_worker
from workflows.client import CaseClient, workflow_id
from workflows.payloads import SealingCodec, data_converter

DEPUTIES = 60
QUEUE = "bench-jiandu"
_ENTRIES: Sequence[tuple[Literal[1, 2], str]] = ((1, "person-201"), (2, "person-202"))


@dataclass(frozen=True)
class Office:
    """The running product, as far as an appraisal needs it."""

    client: Client
    cases: CaseClient
    box: PollBox

    async def appraise(self, name: str) -> None:
        """One appraisal from its start to the end of both its workflows."""
        year = datetime.now(TOWN_ZONE).year
        case, poll = f"{year}-{name}", f"{year}-{name}-poll"
        post = Post(id=name, name="林业站", kind=SubjectKind.STATION, responsible="person-107")
        await self._start(CaseKind.APPRAISAL, case, OpenAppraisal(year=year, subject=post))
        await self._act(CaseKind.APPRAISAL, case, SubmitReport())
        for number in range(3):
            question = f"q{number}"
            await self._act(CaseKind.APPRAISAL, case, RaiseQuestion(question_id=question, text="造林任务何时完成？"))
            await self._act(CaseKind.APPRAISAL, case, AnswerQuestion(question_id=question, text="十月底前完成。"))
        await self._act(CaseKind.APPRAISAL, case, FileOpinions(number="镇纪备〔1〕号"))
        await self._act(CaseKind.APPRAISAL, case, PutToPoll(poll_id=poll))
        await self._vote(year, case, poll, name)
        for kind, each in ((CaseKind.APPRAISAL, case), (CaseKind.POLL, poll)):
            await self.cases.handle(kind, each).result()

    def workflows(self, name: str) -> list[str]:
        """The ids of its workflows."""
        case = f"{datetime.now(TOWN_ZONE).year}-{name}"
        return [
            workflow_id(TOWN, CaseKind.APPRAISAL, case),
            workflow_id(TOWN, CaseKind.POLL, f"{case}-poll"),
        ]

    async def _vote(self, year: int, case: str, poll: str, subject: str) -> None:
        item = PollItem(subject=subject, case_kind=ItemKind.APPRAISAL, case_id=case, entitled=DEPUTIES)
        today = datetime.now(TOWN_ZONE).date()
        await self._start(
            CaseKind.POLL, poll, OpenPollCase(poll_id=f"{subject}-poll", year=year, date=today, items=(item,))
        )
        await self._act(CaseKind.POLL, poll, OpenPoll(present=DEPUTIES))
        rows = {subject: CountedRows(overall=ItemCount(grades={"excellent": 40, "competent": 20}))}
        for entry, person in _ENTRIES:
            await self.box.enter_counted_rows(PollKey(TOWN, poll), entry, rows, person=person)
        await self._act(CaseKind.POLL, poll, ClosePoll())

    async def _start(self, kind: CaseKind, case_id: str, opening: Command) -> None:
        await self.cases.start(
            kind,
            case_id,
            opening,
            actor=STAFF,
            command_id=f"{case_id}:{opening.act}",
            policy=Policy(),
            calendar=WorkCalendar(weekends_only=True),
        )

    async def _act(self, kind: CaseKind, case_id: str, command: Command) -> None:
        command_id = f"{case_id}:{command.act}:{getattr(command, 'question_id', '')}"
        await self.cases.act(kind, case_id, command, actor=STAFF, command_id=command_id)


@asynccontextmanager
async def office(url: str, address: str) -> AsyncIterator[Office]:
    """A worker and a client on these servers, with projections and sealed payloads as in production."""
    sealed = data_converter(SealingCodec({"bench": b"0" * 32}, "bench"))
    client = await Client.connect(address, namespace="jiandu", data_converter=sealed)
    async with EventStore.open(url, subscribers=subscribers()) as store:
        box_engine = create_engine(url, pool_size=4)
        box = PollBox(box_engine)
        services = Services(store=store, box=box, signer=NoteSigner.generate("bench"))
        try:
            async with build_worker(client, services, task_queue=QUEUE):
                yield Office(client, CaseClient(client, TOWN, store, QUEUE), box)
        finally:
            await box_engine.dispose()


def opened_at() -> str:
    """A mark for the names of a repetition, which no earlier one has."""
    return datetime.now(UTC).strftime("%H%M%S%f")
