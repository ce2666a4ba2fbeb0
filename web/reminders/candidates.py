"""Which cases can be recalled to whom: the roles that a case waits for, and who of the accounts would get it.

Of a poll the deputies are reminded, all of them, by how many have come: who has voted nobody knows, nor may ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.acts import Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, stream_of
from domain.cases.proposal.stages import BODIES
from domain.roster.books import CALENDAR, ROSTER
from domain.roster.state import RosterState
from notices.message import Message, Reader
from notices.words import to_whom, until
from web.accounts.concern import Concern
from web.accounts.model import Account
from web.accounts.store import AccountStore
from web.acts.next_steps import awaited
from web.lights import Shown, light_of
from web.reading import CaseRow, read_cases, read_town_book
from web.site import Site
from web.words import KINDS, stage_word


@dataclass(frozen=True)
class Candidate:
    """A case that waits for somebody."""

    row: CaseRow
    kind: str
    stage: str
    light: Shown
    left: str
    """The due date with the working days up to it."""
    roles: frozenset[Role]
    person: str | None
    """The head who answers for it, where it is a head's."""
    people: Sequence[str]
    """Names of the accounts that would get it."""
    recalled_at: datetime | None
    """When it was recalled last, if so lately that it is not again."""

    @property
    def stream(self) -> str:
        """The case's."""
        return stream_of(self.row.kind, self.row.case_id)

    @property
    def to(self) -> str:
        """The addressees."""
        return to_whom(self.roles)

    def message(self, bulk: str, note: str, now: datetime) -> Message:
        """What is sent of it."""
        words = "；".join(each for each in ("催办", f"现处“{self.stage}”", self.left, note) if each)
        return Message(
            key=f"bulk:{bulk}:{self.stream}",
            roles=self.roles,
            stream=self.stream,
            kind="bulk",
            title=self.row.title,
            words=words,
            said_at=now,
            due=self.row.due,
            person=self.person,
            village=self.row.subject if self.row.kind is CaseKind.PROPOSAL else None,
            bulk=bulk,
        )


def waits_for(row: CaseRow) -> frozenset[Role]:
    """The roles whose act a case awaits; the staff only where nobody else's is awaited."""
    if row.kind is CaseKind.POLL:
        return frozenset({Role.DEPUTY}) if row.stage in ("called", "open") else frozenset({Role.STAFF})
    if row.kind is CaseKind.PROPOSAL:
        bodies = next((roles for step, roles in BODIES.items() if step.value == row.stage), frozenset({Role.VILLAGE}))
        return bodies if awaited(row.kind, row.stage) else frozenset()
    roles: frozenset[Role] = frozenset().union(*(command.by for command in awaited(row.kind, row.stage)))
    others = roles - {Role.STAFF, Role.SYSTEM}
    if Role.HEAD in others and row.stage != "filing":
        return frozenset({Role.HEAD})
    return others or roles - {Role.SYSTEM}


async def read_candidates(
    site: Site, accounts: AccountStore, concern: Concern, cooling: Mapping[str, datetime]
) -> list[Candidate]:
    """The open cases that wait for somebody, those due first at the top."""
    rows = concern.among(await read_cases(site.engine, site.town, open_only=True))
    roster = await read_town_book(site.engine, site.town, ROSTER)
    calendar = await read_town_book(site.engine, site.town, CALENDAR)
    known = [each for each in await accounts.all() if not each.disabled]
    found = []
    for row in rows:
        roles = waits_for(row)
        if roles and row.kind is not CaseKind.CYCLE:
            found.append(_candidate(site, row, roles, roster, calendar, known, cooling))
    return found


def _candidate(
    site: Site,
    row: CaseRow,
    roles: frozenset[Role],
    roster: RosterState,
    calendar: WorkCalendar,
    accounts: Sequence[Account],
    cooling: Mapping[str, datetime],
) -> Candidate:
    today = site.today()
    head = roster.head(row.subject, today) if row.subject is not None and Role.HEAD in roles else None
    candidate = Candidate(
        row=row,
        kind=KINDS[row.kind],
        stage=stage_word(row.stage),
        light=light_of(row.due, today, open_=True),
        left=until(calendar, today, row.due),
        roles=roles,
        person=head,
        people=(),
        recalled_at=cooling.get(stream_of(row.kind, row.case_id)),
    )
    message = candidate.message("", "", datetime.now(UTC))
    people = [each.name for each in accounts if Reader(each.person, each.roles, each.villages).gets(message)]
    return replace(candidate, people=people)
