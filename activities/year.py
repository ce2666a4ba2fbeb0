"""Starting a town's year from what the town has on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import signatures as calls
from activities.ports import Cases
from domain.acts import Refusal
from domain.calendar import WorkCalendar
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.cycle.commands import OpenCycle
from domain.policy.document import Policy
from domain.roster.books import CALENDAR, POLICY, ROSTER
from eventstore.books import read_book
from eventstore.store import EventStore


class Years:
    """The activity of the yearly schedule."""

    def __init__(self, cases: Cases, store: EventStore) -> None:
        self._cases = cases
        self._store = store

    @activity.defn(name=calls.OPEN_YEAR)
    async def open_year(self, order: calls.OpenYear) -> str:
        """Start the cycle of a year from the roster, policy and calendar in force. Returns its id.

        Started before, nothing changes. A town without a roster has nothing to start: it is looked at again every day.
        """
        now = datetime.now(UTC)
        roster = await read_book(self._store, order.town, ROSTER)
        posts = roster.posts(now.astimezone(TOWN_ZONE).date())
        if not posts:
            raise ApplicationError(
                f"{order.town} 的名册中没有考核对象，不能启动 {order.year} 年度周期；请先导入名册。",
                next_retry_delay=timedelta(days=1),
            )
        policy: Policy = (await read_book(self._store, order.town, POLICY)).current
        calendar: WorkCalendar = await read_book(self._store, order.town, CALENDAR)
        case_id = str(order.year)
        try:
            await self._cases.start(
                order.town,
                CaseKind.CYCLE,
                case_id,
                OpenCycle(year=order.year, subjects=posts, deputies=len(roster.active_deputies)),
                command_id=f"{order.town}:cycle-{order.year}:schedule",
                policy=policy,
                calendar=calendar,
                business_time=now,
            )
        except Refusal as refusal:
            if refusal.code != "already_open":  # the staff started it themselves
                raise ApplicationError(refusal.message, type=refusal.code, non_retryable=True) from refusal
        return case_id
