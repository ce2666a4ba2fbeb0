"""A poll as its pages and papers need it: the case, its pinned policy, and what its paper forms say."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.polls import PollKey
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.poll.forms import PollForms, forms_of
from domain.cases.poll.state import PollState
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from domain.roster.book import read
from domain.roster.books import POLICY, ROSTER
from eventstore.database import APP_ROLE
from eventstore.reader import read_stream


@dataclass(frozen=True)
class Poll:
    """A poll and everything that stands on its forms."""

    key: PollKey
    state: PollState
    policy: Policy
    forms: PollForms


async def read_poll(engine: AsyncEngine, town: str, case_id: str) -> Poll | None:
    """The poll of that case; None where there is none."""
    events = await read_stream(engine, town, APP_ROLE, stream_of(CaseKind.POLL, case_id), 0, None)
    if not events:
        return None
    state: PollState = fold(GOVERNED[CaseKind.POLL], events).inner
    adopted = read(POLICY, await read_stream(engine, town, APP_ROLE, POLICY.stream, 0, None))
    # A case keeps the policy it began with; the default is nobody's event.
    policy = adopted.version(events[0].metadata.policy_version or "") or Policy()
    roster = read(ROSTER, await read_stream(engine, town, APP_ROLE, ROSTER.stream, 0, None))
    return Poll(PollKey(town, case_id), state, policy, forms_of(state, roster, policy.appraisal))
