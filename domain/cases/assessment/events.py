"""What is recorded of a year-end assessment."""

from __future__ import annotations

from datetime import date

from domain.events import Event
from domain.policy.assessment import Method
from domain.policy.values import Score
from domain.roster.posts import Post
from domain.rules.ranking import Ranking


class Opened(Event, name="assessment.opened"):
    """The assessment of a year began."""

    year: int
    subjects: tuple[Post, ...]
    not_assessed: tuple[str, ...]
    on: date


class ScoresEntered(Event, name="assessment.scores_entered"):
    """Marks out of 100, one for each scorer; they replace those entered before."""

    subject: str
    table: str
    method: Method
    marks: tuple[Score, ...]
    on: date
    paper: str | None = None


class BonusEntered(Event, name="assessment.bonus_entered"):
    """Bonus points, to be added to those entered before."""

    subject: str
    points: Score
    reason: str
    on: date
    paper: str | None = None


class DeductionEntered(Event, name="assessment.deduction_entered"):
    """Points off a table, beside those entered before."""

    subject: str
    table: str
    points: Score
    reason: str
    on: date
    paper: str | None = None


class RankingPublished(Event, name="assessment.ranking_published"):
    """The ranking of every group was made public, until the end of `publicity_until`."""

    rankings: tuple[Ranking, ...]
    on: date
    publicity_until: date


class LastDecided(Event, name="assessment.last_decided"):
    """Who is last in a group with a tie for last place was decided by hand."""

    group: str
    last: tuple[str, ...]
    reason: str
    on: date
    paper: str | None = None


class ObjectionRaised(Event, name="assessment.objection_raised"):
    """Somebody objected."""

    objection_id: str
    subject: str
    text: str
    on: date
    paper: str | None = None


class ObjectionDecided(Event, name="assessment.objection_decided"):
    """An objection was decided."""

    objection_id: str
    upheld: bool
    reason: str
    on: date
    paper: str | None = None


class Reopened(Event, name="assessment.reopened"):
    """An upheld objection: the published ranking is withdrawn, scores are mended, and it is published anew."""

    objection_id: str
    on: date


class PublicityEnded(Event, name="assessment.publicity_ended"):
    """The publicity period is over; objections raised in it may still wait for a decision."""

    until: date


class Finalised(Event, name="assessment.finalised"):
    """The ranking is final. Groups whose last place is still tied are named; the year moves no streak in them yet."""

    undecided: tuple[str, ...]
    on: date


class Annulled(Event, name="assessment.annulled"):
    """The year does not count."""

    reason: str
    on: date


class VetoProposed(Event, name="assessment.veto_proposed"):
    """A veto (一票否决) of a person is proposed to 镇党委: no award that year, graded 不合格. It dismisses nobody."""

    person: str
    subject: str
    years: tuple[int, ...]


class VetoWithdrawn(Event, name="assessment.veto_withdrawn"):
    """A veto proposed before does not follow from the years any more, since one of them changed."""

    person: str
    subject: str
    years: tuple[int, ...]


class UnitFlagged(Event, name="assessment.unit_flagged"):
    """A unit was last long enough, but nobody answered for all those years."""

    subject: str
    years: tuple[int, ...]


class UnitFlagWithdrawn(Event, name="assessment.unit_flag_withdrawn"):
    """A unit's flag does not follow from the years any more."""

    subject: str
    years: tuple[int, ...]


class Judged(Event, name="assessment.judged"):
    """The years were looked at for the veto.

    `awaits`: earlier years that are not settled and may still bring a veto of this one.
    `tells`: later years that have to look again, since this one changed.
    """

    awaits: tuple[int, ...]
    tells: tuple[int, ...]
    on: date


class Rejudged(Event, name="assessment.rejudged"):
    """An earlier year changed: the years are to be looked at again."""

    year: int
    on: date
