"""Cases started and told by other cases, through the same client as everybody's acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.acts import SYSTEM, Command
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from domain.policy.document import Policy
from workflows.client import CaseClient


class OtherCases:
    """What the activities of effects use; one object serves all towns of a worker."""

    def __init__(self, client_of: Callable[[str], CaseClient], *, rehearsal: bool) -> None:
        """`client_of`: the client of a town. `rehearsal`: a started case begins at the business time of the case that
        starts it; in production business time is the clock's."""
        self._client_of = client_of
        self._rehearsal = rehearsal

    async def start(
        self,
        town: str,
        kind: CaseKind,
        case_id: str,
        opening: Command,
        *,
        command_id: str,
        policy: Policy,
        calendar: WorkCalendar,
        business_time: datetime,
    ) -> None:
        """Start a case; done before, it changes nothing. Raises `Refusal`."""
        await self._client_of(town).start(
            kind,
            case_id,
            opening,
            actor=SYSTEM,
            command_id=command_id,
            policy=policy,
            calendar=calendar,
            clock_offset=self._offset(business_time),
        )

    async def tell(
        self,
        town: str,
        kind: CaseKind,
        case_id: str,
        command: Command,
        *,
        command_id: str,
        business_time: datetime,
    ) -> None:
        """Do an act of the system in a case; done before, it changes nothing. Raises `Refusal`, `NotRunning`."""
        await self._client_of(town).act(
            kind,
            case_id,
            command,
            actor=SYSTEM,
            command_id=command_id,
            clock_offset=self._offset(business_time),
        )

    def _offset(self, business_time: datetime) -> timedelta:
        return business_time - datetime.now(UTC) if self._rehearsal else timedelta(0)
