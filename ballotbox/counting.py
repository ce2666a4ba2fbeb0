"""From what came out of the box and off the paper to the counts of a poll. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ballotbox.ballots import OVERALL
from ballotbox.counts import PollCount, count_column
from ballotbox.paper.trays import EMPTY_TRAY, PaperTray
from ballotbox.polls import PollSetup, SubjectTurnout
from ballotbox.secret.ceremony import BLANK
from ballotbox.secret.tally import SubjectTally, Tally
from domain.cases.poll.result import SubjectCount, VoidReason
from domain.policy.document import AppraisalPolicy, BallotMode
from domain.rules.counting import ABSTAIN, INVALID, ItemCount, row_of_marks


class Paths(NamedTuple):
    """A subject's ballots by path: issued 发出 and returned 收回."""

    issued_to_phones: int
    issued_on_paper: int
    envelopes: int
    sheets: int

    @property
    def issued(self) -> int:
        """By both paths."""
        return self.issued_to_phones + self.issued_on_paper

    @property
    def returned(self) -> int:
        """By both paths."""
        return self.envelopes + self.sheets


def present_of(setup: PollSetup) -> dict[str, int]:
    """实到 by subject, recused deputies left out."""
    return {s.subject: s.ballots if s.present is None else s.present for s in setup.subjects}


def why_unopened(setup: PollSetup, paths: Mapping[str, Paths]) -> VoidReason | None:
    """Why nothing may be opened; None when the box may be opened (选举法 44; `ballot.minimum_path`)."""
    if any(own.envelopes > own.issued_to_phones or own.sheets > own.issued_on_paper for own in paths.values()):
        return VoidReason.MORE_RETURNED_THAN_ISSUED
    if setup.mode is BallotMode.MIXED and any(
        0 < number < setup.ballot.minimum_path for own in paths.values() for number in (own.envelopes, own.sheets)
    ):
        return VoidReason.MINIMUM_PATH
    return None


def must_be_opened(setup: PollSetup, paths: Mapping[str, Paths]) -> bool:
    """Whether there are envelopes to be opened, by the scrutineers' two teams."""
    return why_unopened(setup, paths) is None and any(own.envelopes for own in paths.values())


def unopened(paths: Mapping[str, Paths], reason: VoidReason) -> PollCount:
    """The counts of a poll of which nothing is opened."""
    subjects = {
        subject: SubjectCount(overall=ItemCount(), issued=own.issued, returned=own.returned, opened=False)
        for subject, own in paths.items()
    }
    return PollCount(opened=False, reason=reason, subjects=subjects)


def counted(
    setup: PollSetup, paths: Mapping[str, Paths], trays: Mapping[str, PaperTray], tally: Tally | None
) -> PollCount:
    """The counts of an opened box: phones' rows of the tally, and paper. `tally` is None where all is on paper."""
    subjects = {}
    for subject, own in paths.items():
        phones = None if tally is None else tally.subjects[subject]
        subjects[subject] = _subject(setup, own, trays.get(subject, EMPTY_TRAY), phones)
    return PollCount(opened=True, subjects=subjects)


def _subject(setup: PollSetup, own: Paths, tray: PaperTray, phones: SubjectTally | None) -> SubjectCount:
    set_aside = 0 if phones is None else phones.set_aside
    if phones is not None and not phones.returned and own.sheets:
        phones = None  # nobody cast by phone on this subject, and its paper is counted alone
    if phones is not None and not phones.questions:
        return SubjectCount(
            overall=ItemCount(), issued=own.issued, returned=own.returned, opened=False, set_aside=set_aside
        )
    paper = tray.counted or count_column(setup.policy, setup.questions, tray.agreed)
    items = {OVERALL: paper.overall, **paper.dimensions}
    if phones is not None:
        items = {
            question: _sum(setup.policy, item, of_phones(setup.policy, phones.questions[question], set_aside))
            for question, item in items.items()
        }
    return SubjectCount(
        overall=items.pop(OVERALL),
        dimensions=items,
        issued=own.issued,
        returned=own.returned,
        set_aside=set_aside,
    )


def of_phones(policy: AppraisalPolicy, codes: Mapping[str, int], set_aside: int) -> ItemCount:
    """What a question's codes count as; an envelope that was set aside is invalid in every question."""
    blank_is = row_of_marks(policy, ())
    number = {**codes, INVALID: set_aside}
    number[blank_is] = number.get(blank_is, 0) + number.pop(BLANK, 0)
    return ItemCount(
        grades={grade: number.get(grade, 0) for grade in policy.grade_keys},
        abstain=number.get(ABSTAIN, 0),
        invalid=number[INVALID],
    )


def _sum(policy: AppraisalPolicy, one: ItemCount, two: ItemCount) -> ItemCount:
    return ItemCount(
        grades={grade: one.grades.get(grade, 0) + two.grades.get(grade, 0) for grade in policy.grade_keys},
        abstain=one.abstain + two.abstain,
        invalid=one.invalid + two.invalid,
    )


def turnout_of(setup: PollSetup, paths: Mapping[str, Paths]) -> tuple[SubjectTurnout, ...]:
    """How many, never how: what is told of each subject, in the poll's order."""
    known, present = setup.mode is not BallotMode.PAPER, present_of(setup)
    return tuple(
        SubjectTurnout(
            subject=subject.subject,
            issued=paths[subject.subject].issued,
            returned=paths[subject.subject].returned,
            entitled=len(setup.deputies) - len(subject.recused) if known else None,
            present=present[subject.subject],
            paper=paths[subject.subject].issued_on_paper,
        )
        for subject in setup.subjects
    )
