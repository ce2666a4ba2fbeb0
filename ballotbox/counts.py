"""What comes out of a box: the counts of each subject, and the recount beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from ballotbox.ballots import OVERALL, Ballot, CountedRows
from domain.cases.poll.result import SubjectCount, VoidReason
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import count_rows


class PollCount(BaseModel):
    """The counts of a closed poll, by subject.

    Where more ballots were returned than issued for any subject (选举法 44), or too few by one path to be opened
    (`ballot.minimum_path`), the box is not opened: `opened` is false, every item is empty, and only 发出 and 收回 are
    told. A subject with too few envelopes is unopened for itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    opened: bool
    reason: VoidReason | None = None
    """Why nothing was opened."""
    subjects: dict[str, SubjectCount]

    @property
    def cast(self) -> int:
        """Ballots returned, over all subjects."""
        return sum(count.returned for count in self.subjects.values())


class Verification(BaseModel):
    """A recount beside the published counts."""

    model_config = ConfigDict(frozen=True)

    cast: int
    """Ballots in the box, over all subjects."""
    faults: tuple[str, ...]
    """What does not fit, in Chinese, the subject named; empty when all fits."""

    @property
    def verified(self) -> bool:
        """Whether everything fits."""
        return not self.faults


def count_column(policy: AppraisalPolicy, questions: Sequence[str], ballots: Iterable[Ballot]) -> CountedRows:
    """Count a subject's ballots, each question for itself: what a ballot says elsewhere never matters."""
    envelopes = list(ballots)
    items = {question: count_rows(policy, (ballot.rows[question] for ballot in envelopes)) for question in questions}
    return CountedRows(overall=items.pop(OVERALL), dimensions=items)
