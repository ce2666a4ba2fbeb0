"""Many acts of one assessment: all foreseen before the first is done, then done one by one under fixed ids.

How far a batch is says the log: its acts' ids are counted there. So a page shows the truth after a restart as well, and
a batch sent again does what is left of it.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Actor, AnyCommand, Command, Refusal
from domain.cases.assessment.commands import EnterBonus, EnterDeduction, EnterScores
from domain.cases.case import CaseKind, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Metadata, Recorded
from eventstore.database import in_town
from projections.timeline import timeline
from web.acts.counter import Counter, Standing
from workflows.client import EngineUnavailable
from workflows.ended import NotRunning

log = structlog.get_logger("jiandu.yearend")

MAX_ACTS = 5000
REMEMBERED = 50
BATCH = re.compile(r"ye[0-9a-f]{16}")
_ACTS = TypeAdapter(tuple[AnyCommand, ...])
_TAKEN = (EnterScores, EnterBonus, EnterDeduction)


def new_batch() -> str:
    """The id of a batch; the ids of its acts follow from it."""
    return f"ye{uuid4().hex[:16]}"


def act_id(batch: str, number: int) -> str:
    """The id of an act of a batch, from 0."""
    return f"{batch}:{number:04d}"


def written(acts: Sequence[Command]) -> str:
    """The acts as a form carries them."""
    return _ACTS.dump_json(tuple(acts)).decode()


def read_acts(text: str) -> tuple[Command, ...]:
    """The acts of a form. Raises `ValueError` for anything but the entry of scores."""
    try:
        acts = _ACTS.validate_json(text)
    except (ValidationError, KeyError, TypeError) as error:
        raise ValueError("表单内容不完整，请重新上传或填写") from error
    if not acts or len(acts) > MAX_ACTS or not all(isinstance(act, _TAKEN) for act in acts):
        raise ValueError("表单中有不能成批办理的事项，请重新上传或填写")
    return acts


def foresee_all(counter: Counter, standing: Standing, acts: Sequence[Command], actor: Actor) -> Standing:
    """The case after all acts; nothing is recorded. Raises `Refusal` of the first that would be refused."""
    decider = GOVERNED[standing.kind]
    metadata = Metadata(actor=actor, command_id="", business_time=standing.context.now)
    stream = stream_of(standing.kind, standing.case_id)
    for act in acts:
        state, version = standing.state, standing.version
        for event in counter.foresee(standing, act, actor).events:
            version += 1
            recorded = Recorded(
                event_id=UUID(int=0), stream=stream, version=version, position=0, event=event, metadata=metadata
            )
            state = decider.evolve(state, recorded)
        standing = replace(standing, state=state, version=version)
    return standing


@dataclass
class Run:
    """A batch that this process has under way or has ended."""

    case_id: str
    acts: tuple[Command, ...]
    actor: Actor
    fault: str = ""
    """Why it stopped, in Chinese; empty while all is well."""
    task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether acts are still being done."""
        return self.task is not None and not self.task.done()


class Runs:
    """The batches of one process."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def get(self, batch: str) -> Run | None:
        """A batch of this process."""
        return self._runs.get(batch)

    def start(self, batch: str, run: Run) -> Run:
        """Have a batch done; one that is under way goes on, one that stopped is taken up again under the same ids."""
        known = self._runs.get(batch)
        if known is not None and known.running:
            return known
        if known is not None:
            run = known  # what was confirmed first under this id is what it means
        run.fault = ""
        run.task = asyncio.create_task(self._do(batch, run), name=f"scores {batch}")
        self._runs[batch] = run
        while len(self._runs) > REMEMBERED:
            oldest = next(key for key, each in self._runs.items() if not each.running or key != batch)
            del self._runs[oldest]
        return run

    async def _do(self, batch: str, run: Run) -> None:
        try:
            for number, act in enumerate(run.acts):
                await self._counter.do(CaseKind.ASSESSMENT, run.case_id, act, run.actor, act_id(batch, number))
        except Refusal as refusal:
            run.fault = refusal.message
        except (EngineUnavailable, NotRunning):
            run.fault = "流程引擎暂时没有应答，还有几项没有办完。稍候按“继续办理”，不会重复办理。"
        except Exception:  # the task has no caller: the log takes the trace, the page what to do
            log.exception("batch stopped", batch=batch)
            run.fault = "办理中断，还有几项没有办完。请按“继续办理”；仍不行请查看运行状态。"


async def done_of(engine: AsyncEngine, town: str, case_id: str, batch: str) -> int:
    """How many acts of a batch are in the log."""
    query = select(func.count(func.distinct(timeline.c.command_id))).where(
        timeline.c.town == town,
        timeline.c.stream == stream_of(CaseKind.ASSESSMENT, case_id),
        timeline.c.command_id.startswith(f"{batch}:", autoescape=True),
    )
    async with in_town(engine, town) as connection:
        return int((await connection.execute(query)).scalar_one())
