"""What is recorded of a town's year."""

from __future__ import annotations

from datetime import date

from domain.cases.case import CaseKind
from domain.cases.poll.commands import PollItem
from domain.events import Event
from domain.policy.document import BallotMode
from domain.roster.posts import Post


class Opened(Event, name="cycle.opened"):
    """The year's cycle began, with the subjects and the number of deputies of that day."""

    year: int
    subjects: tuple[Post, ...]
    deputies: int
    on: date


class ProposalRegistered(Event, name="cycle.proposal_registered"):
    """A village's proposal was registered; its case is opened."""

    proposal_id: str
    village: str
    title: str
    text: str
    on: date
    paper: str | None = None


class AppraisalStarted(Event, name="cycle.appraisal_started"):
    """The appraisal of a subject was started, under the head of that day."""

    subject: Post
    on: date


class PollCalled(Event, name="cycle.poll_called"):
    """A poll was called for a day: one meeting for all its subjects."""

    poll_id: str
    day: date
    mode: BallotMode
    revote: bool
    items: tuple[PollItem, ...]
    dimensions: bool
    session: bool
    on: date


class AssessmentStarted(Event, name="cycle.assessment_started"):
    """The year-end assessment was started."""

    subjects: tuple[Post, ...]
    not_assessed: tuple[str, ...]
    on: date


class HeadChanged(Event, name="cycle.head_changed"):
    """A post has another head from the day `from_` on."""

    subject: str
    responsible: str
    from_: date
    on: date


class HeadTookOver(Event, name="cycle.head_took_over"):
    """The day came on which a change of head counts that was entered before it."""

    subject: str
    responsible: str
    from_: date


class OutcomeRecorded(Event, name="cycle.outcome_recorded"):
    """A case of the year came to something; `open` says whether it goes on."""

    kind: CaseKind
    case_id: str
    outcome: str
    open: bool
    on: date


class Closed(Event, name="cycle.closed"):
    """The year's cycle ended. `still_open` names the cases that outlive it."""

    reason: str | None
    still_open: tuple[str, ...]
    on: date
