"""What runs by itself: the sealing of checkpoints every night and the start of the cycle every year."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities import signatures as calls
    from domain.cases.case import TOWN_ZONE
    from workflows.payloads import ClearText

_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))


@workflow.defn(name="CheckpointSealing")
class CheckpointSealing:
    """Seals a signed checkpoint of the town's log. Returns its position in the log."""

    @workflow.run
    async def run(self, order: calls.SealCheckpoint) -> int:
        """Runs once; the schedule starts it every night."""
        position: int = await workflow.execute_activity(
            calls.SEAL_CHECKPOINT,
            order,
            result_type=int,
            start_to_close_timeout=timedelta(minutes=10),
            retry_policy=_RETRY,
        )
        return position


@workflow.defn(name="YearOpening")
class YearOpening:
    """Starts the cycle of the year in which it runs, unless the staff started it before."""

    @workflow.run
    async def run(self, town: str) -> str:
        """Runs once a year. Returns the id of the cycle."""
        year = workflow.now().astimezone(TOWN_ZONE).year
        case_id: str = await workflow.execute_activity(
            calls.OPEN_YEAR,
            calls.OpenYear(town=town, year=year),
            result_type=str,
            start_to_close_timeout=timedelta(minutes=2),
            retry_policy=_RETRY,
        )
        return case_id


async def ensure_schedules(client: Client, town: str, task_queue: str) -> None:
    """Create a town's two schedules where they are missing; existing ones are left as the staff set them."""
    every_night = ScheduleCalendarSpec(hour=[ScheduleRange(2)], comment="sealing of checkpoints")
    every_year = ScheduleCalendarSpec(
        month=[ScheduleRange(1)], day_of_month=[ScheduleRange(5)], hour=[ScheduleRange(9)], comment="start of the cycle"
    )
    plans: tuple[tuple[str, ScheduleCalendarSpec, str, object], ...] = (
        ("checkpoints", every_night, "CheckpointSealing", calls.SealCheckpoint(town=town)),
        ("yearly-cycle", every_year, "YearOpening", town),
    )
    for name, when, workflow_type, argument in plans:
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(
                workflow_type,
                argument,
                id=f"{town}/{name}",
                task_queue=task_queue,
                static_summary=ClearText(f"{town} {name}"),
            ),
            spec=ScheduleSpec(calendars=[when], time_zone_name=str(TOWN_ZONE)),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=30)),
        )
        try:
            await client.create_schedule(f"{town}/{name}", schedule)
        except ScheduleAlreadyRunningError:
            continue
