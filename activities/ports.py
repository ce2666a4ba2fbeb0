"""What activities need of rooms they may not enter; `worker.py` hands it in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.acts import Command
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from domain.policy.document import Policy


class Cases(Protocol):
    """The way to other cases."""

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
        """Start a case, at the business time of the case that starts it; done before, it changes nothing.

        Raises `Refusal`.
        """
        ...

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
        """Do an act of the system in a case; done before, it changes nothing. A case that has ended still takes it.

        Raises `Refusal` (`not_running` where there is no such case), or what another attempt may mend.
        """
        ...
