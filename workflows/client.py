"""The one way to a case: start it, act in it, look at it. Nothing else in the project sends an update.

An act has an id of its caller's making, the same for every attempt at it. The store is asked for that id before the act
is sent and again after a refusal, so that a retry of an accepted act is told its first answer, whatever came between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.acts import Actor, Command, Refusal
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, Context, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.policy.document import Policy
from workflows.catalogue import CASE_WORKFLOWS
from workflows.ended import NotRunning, Records, ended_case
from workflows.failures import REFUSED, STORE_BEHIND, SUPERSEDED
from workflows.messages import Act, CaseInput, CaseView, Opening, Receipt, RecordedAct
from workflows.patience import (
    CutOff,
    EngineUnavailable,
    away,
    giving_up_after,
    refuse_if_given_up,
    unavailable,
    until_answered,
)
from workflows.payloads import ClearText
from workflows.search_attributes import at_start

__all__ = ["UNANSWERED", "CaseClient", "EngineUnavailable", "workflow_id"]

log = structlog.get_logger("jiandu.client")

_CUT_OFF = {"AcceptedUpdateCompletedWorkflow", "UpdateAborted", SUPERSEDED}
"""The run ended before it recorded the act: the next run of the case takes it."""

UNANSWERED = (RPCError, WorkflowQueryFailedError, WorkflowUpdateFailedError, RPCTimeoutOrCancelledError, TimeoutError)
"""With what `CaseClient.catch_up` fails while engine or worker are away."""

_NUDGE = timedelta(seconds=5)
"""How long a repeated act waits for its case to take notice; the answer itself is in the store."""


def workflow_id(town: str, kind: CaseKind, case_id: str) -> str:
    """The id under which a case of a town runs."""
    return f"{town}/{stream_of(kind, case_id)}"


class CaseClient:
    """Starts cases and acts in them, for one town."""

    def __init__(
        self,
        client: Client,
        town: str,
        store: Records,
        task_queue: str,
        *,
        in_flight: int | None = None,
        patience: timedelta = timedelta(seconds=60),
    ) -> None:
        """`in_flight`: how many updates of one case this process may have under way; None where the server sets no
        limit (ours does not). On a foreign cluster it is 8 divided by the number of processes.

        `patience`: how long whoever asks waits for an answer; after it `EngineUnavailable` is raised.
        """
        self._client = client
        self._town = town
        self._store = store
        self._task_queue = task_queue
        self._in_flight = in_flight
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._patience = patience

    @property
    def town(self) -> str:
        """The town of all its cases."""
        return self._town

    def handle(self, kind: CaseKind, case_id: str) -> WorkflowHandle[Any, Any]:
        """The engine's handle of a case."""
        return self._client.get_workflow_handle(workflow_id(self._town, kind, case_id))

    async def start(
        self,
        kind: CaseKind,
        case_id: str,
        opening: Command,
        *,
        actor: Actor,
        command_id: str,
        policy: Policy,
        calendar: WorkCalendar,
        clock_offset: timedelta = timedelta(0),
    ) -> Receipt:
        """Start a case by its opening act; started again under the same id, it answers as the first time.

        Raises `Refusal` when the opening is not allowed or the case was opened by another act, `EngineUnavailable`.
        """
        recorded = await self._recorded(kind, case_id, command_id)
        if recorded:
            return _receipt_of(command_id, recorded, repeated=True)
        if await self._store.read_stream(self._town, stream_of(kind, case_id)):
            # Never started again from here: it goes on under the policy, calendar and epoch that it has.
            raise _already_open(kind, case_id)
        context = Context(
            town=self._town,
            case_id=case_id,
            policy=policy,
            calendar=calendar,
            now=datetime.now(UTC) + clock_offset,
        )
        decider = GOVERNED[kind]
        decider.decide(decider.initial(), opening, actor, context)
        case = CaseInput(
            town=self._town,
            kind=kind,
            case_id=case_id,
            policy=policy,
            calendar=calendar,
            opening=Opening(command=opening, actor=actor, command_id=command_id),
            clock_offset=clock_offset,
        )
        try:
            view = await self.run(case)
        except EngineUnavailable:
            recorded = await self._recorded(kind, case_id, command_id)
            if not recorded:
                raise
            return _receipt_of(command_id, recorded, repeated=True)
        recorded = await self._store.find_command(self._town, command_id)
        if not recorded:
            raise _already_open(kind, case_id)
        return _receipt_of(command_id, recorded, repeated=False).model_copy(
            update={"version": view.version, "next_deadline": view.next_deadline}
        )

    async def run(self, case: CaseInput) -> CaseView:
        """Have the workflow of a case run (nothing happens when it runs already) and answer once the case is open.

        Raises `EngineUnavailable`.
        """
        question = uuid4().hex

        async def attempt() -> CaseView:
            view: CaseView = await self._client.execute_update_with_start_workflow(
                "await_opened", start_workflow_operation=self._start(case), id=question, result_type=CaseView
            )
            return view

        what = f"{stream_of(case.kind, case.case_id)}：立案"
        return await until_answered(what, attempt, give_up=giving_up_after(self._patience))

    async def act(
        self,
        kind: CaseKind,
        case_id: str,
        command: Command,
        *,
        actor: Actor,
        command_id: str,
        clock_offset: timedelta = timedelta(0),
    ) -> Receipt:
        """Do an act in a case; one that has had its end is started again for it (a correction, say).

        `clock_offset` matters to such a case alone. Raises `Refusal` (its reason in Chinese), `EngineUnavailable`, or
        `NotRunning` for an open case that the engine lost.
        """
        recorded = await self._recorded(kind, case_id, command_id)
        if recorded:
            await self._tell_of(kind, case_id, recorded)
            return _receipt_of(command_id, recorded, repeated=True)
        act: Act[Any] = Act(command=command, actor=actor, command_id=command_id)
        give_up = giving_up_after(self._patience)

        what = f"{stream_of(kind, case_id)}：{command.act}"
        try:
            async with self._gate(kind, case_id, what, give_up):
                return await until_answered(what, lambda: self._send(kind, case_id, act, clock_offset), give_up=give_up)
        except EngineUnavailable:
            recorded = await self._recorded(kind, case_id, command_id)
            if not recorded:
                raise
            return _receipt_of(command_id, recorded, repeated=True)  # what follows it is still under way

    async def _send(self, kind: CaseKind, case_id: str, act: Act[Any], clock_offset: timedelta) -> Receipt:
        """Send an update once, always under the same id. Raises `CutOff` where it is to be sent again."""
        try:
            try:
                receipt: Receipt = await self.handle(kind, case_id).execute_update(
                    act.command.act, act, id=act.command_id, result_type=Receipt
                )
                return receipt
            except RPCError as failure:
                if failure.status != RPCStatusCode.NOT_FOUND:
                    raise
            first = await self._store.find_command(self._town, act.command_id)
            if first:
                return _receipt_of(act.command_id, first, repeated=True)
            return await self._send_again(kind, case_id, act, clock_offset)
        except WorkflowUpdateFailedError as failure:
            first = await self._store.find_command(self._town, act.command_id)
            if first:
                return _receipt_of(act.command_id, first, repeated=True)
            if _type_of(failure) in _CUT_OFF:
                raise CutOff from failure
            raise _meant_by(failure, kind, case_id) from None

    async def _send_again(self, kind: CaseKind, case_id: str, act: Act[Any], clock_offset: timedelta) -> Receipt:
        """Start the workflow of an ended case for one act."""
        case = await ended_case(self._store, self._town, kind, case_id, clock_offset)
        if case is None:
            stream = stream_of(kind, case_id)
            raise Refusal("not_running", f"案件 {stream} 不存在，不能办理；请核对案件编号。")
        receipt: Receipt = await self._client.execute_update_with_start_workflow(
            act.command.act,
            act,
            start_workflow_operation=self._start(case),
            id=act.command_id,
            result_type=Receipt,
        )
        return receipt

    async def catch_up(self, kind: CaseKind, case_id: str, version: int) -> bool:
        """Have a running case read its stream if it does not know `version` yet; whether that was so.

        A worker that dies between the commit of an act and its report leaves such a case; the caller's retry finds the
        act recorded, and nobody else would tell the case.
        """
        handle = self.handle(kind, case_id)
        try:
            # The limit that the SDK offers does not hold while an update's answer is awaited.
            async with asyncio.timeout(_NUDGE.total_seconds()):
                view: CaseView = await handle.query("view", result_type=CaseView)
                if view.version >= version:
                    return False
                await handle.execute_update("catch_up", result_type=CaseView)
        except RPCTimeoutOrCancelledError:
            refuse_if_given_up()
            raise
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False  # it has had its end, or waits for recovery, which reads everything
            raise
        return True

    async def _recorded(self, kind: CaseKind, case_id: str, command_id: str) -> Sequence[Recorded]:
        """The events of an act that was recorded before. Raises `Refusal` when its id belongs to another case."""
        recorded = await self._store.find_command(self._town, command_id)
        if recorded and recorded[0].stream != stream_of(kind, case_id):
            raise Refusal(
                "command_taken", f"编号 {command_id} 已用于 {recorded[0].stream}，不能再用于另一案件；请换一个编号。"
            )
        return recorded

    async def _tell_of(self, kind: CaseKind, case_id: str, recorded: Sequence[Recorded]) -> None:
        try:
            await self.catch_up(kind, case_id, recorded[-1].version)
        except UNANSWERED as error:
            log.warning("case_not_told", case=case_id, reason=type(error).__name__)  # the workers look for it again

    def _start(self, case: CaseInput) -> WithStartWorkflowOperation[Any, Any]:
        return WithStartWorkflowOperation(
            CASE_WORKFLOWS[case.kind].run,  # type: ignore[attr-defined]
            case,
            id=workflow_id(self._town, case.kind, case.case_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=at_start(self._town),
            static_summary=ClearText(stream_of(case.kind, case.case_id)),
        )

    async def view(self, kind: CaseKind, case_id: str) -> CaseView:
        """Where a case stands, from its workflow. Raises `EngineUnavailable`."""

        async def attempt() -> CaseView:
            view: CaseView = await self.handle(kind, case_id).query("view", result_type=CaseView)
            return view

        what = f"{stream_of(kind, case_id)}：查看"
        return await until_answered(what, attempt, give_up=giving_up_after(self._patience), passing=_nobody_answers)

    @asynccontextmanager
    async def _gate(self, kind: CaseKind, case_id: str, what: str, give_up: float) -> AsyncIterator[None]:
        if self._in_flight is None:
            yield
            return
        gate = self._gates.setdefault(stream_of(kind, case_id), asyncio.Semaphore(self._in_flight))
        try:
            async with asyncio.timeout_at(give_up):
                await gate.acquire()
        except TimeoutError as full:
            raise unavailable(what) from full
        try:
            yield
        finally:
            gate.release()


def _nobody_answers(error: RPCError) -> bool:
    """Whether a query found nobody: the engine away, or the case's worker."""
    return away(error) or error.status == RPCStatusCode.FAILED_PRECONDITION


def _type_of(failure: WorkflowUpdateFailedError) -> str | None:
    return failure.cause.type if isinstance(failure.cause, ApplicationError) else None


def _already_open(kind: CaseKind, case_id: str) -> Refusal:
    return Refusal("already_open", f"案件 {stream_of(kind, case_id)} 已经立案，不能重复立案；请直接打开该案件办理。")


def _meant_by(failure: WorkflowUpdateFailedError, kind: CaseKind, case_id: str) -> Exception:
    """What a case's answer means to the caller: a refusal, a case to be recovered, or a fault as it is."""
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        code, message = cause.details
        return Refusal(code, message)
    if isinstance(cause, ApplicationError) and cause.type == STORE_BEHIND:
        return NotRunning(
            f"案件 {stream_of(kind, case_id)} 在事件库中的记录比流程引擎旧（可能刚恢复了备份）；"
            "请运维人员执行 jiandu recover 后重试。"
        )
    return failure


def _receipt_of(command_id: str, recorded: Sequence[Recorded], *, repeated: bool) -> Receipt:
    return Receipt(
        command_id=command_id,
        repeated=repeated,
        events=[RecordedAct(event=r.event.type_name, version=r.version, position=r.position) for r in recorded],
        version=recorded[-1].version,
        next_deadline=None,
    )
