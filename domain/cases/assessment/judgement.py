"""What a year's result means for the veto (一票否决), once the event store has said what other years found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.cases.assessment.commands import JudgeVeto
from domain.cases.assessment.events import Judged, UnitFlagged, UnitFlagWithdrawn, VetoProposed, VetoWithdrawn
from domain.cases.assessment.state import AssessmentState
from domain.events import Event
from domain.policy.document import VetoPolicy
from domain.rules.veto import SubjectYear, VetoFindings, YearRecord, vetoes


def judgement(state: AssessmentState, command: JudgeVeto, policy: VetoPolicy, on: date) -> list[Event]:
    """The vetoes and flags that follow from the years now, as changes to those recorded before; `Judged` comes last."""
    own = state.record()
    others = [record for record in command.records if record.year < state.year]
    found = _findings(policy, [*others, own], command)
    withdrawn: list[Event] = [
        VetoWithdrawn(person=veto.person, subject=veto.subject, years=veto.years)
        for veto in state.vetoes
        if veto not in found.vetoes
    ]
    unflagged: list[Event] = [
        UnitFlagWithdrawn(subject=flag.subject, years=flag.years)
        for flag in state.flags
        if flag not in found.unit_flagged
    ]
    proposed: list[Event] = [
        VetoProposed(person=veto.person, subject=veto.subject, years=veto.years)
        for veto in found.vetoes
        if veto not in state.vetoes
    ]
    flagged: list[Event] = [
        UnitFlagged(subject=flag.subject, years=flag.years) for flag in found.unit_flagged if flag not in state.flags
    ]
    judged = Judged(
        awaits=_awaited(policy, others, own, command, found),
        tells=() if state.told_by_earlier else tuple(year for year in command.later if year > state.year),
        on=on,
    )
    return [*withdrawn, *unflagged, *proposed, *flagged, judged]


def _findings(policy: VetoPolicy, records: Sequence[YearRecord], command: JudgeVeto) -> VetoFindings:
    year = max(record.year for record in records)
    return vetoes(policy, records, command.tenures, command.history, year)


def _awaited(
    policy: VetoPolicy, others: Sequence[YearRecord], own: YearRecord, command: JudgeVeto, found: VetoFindings
) -> tuple[int, ...]:
    """The earlier years that would bring another veto (or flag) of this one if everybody open in them were last.

    Such a year tells this case when it is settled, so this case must be there to hear it.
    """
    unsettled = [year for year in command.unsettled if year < own.year]
    undecided = [record.year for record in others if any(each.undecided for each in record.subjects)]
    worst = [_worst(record) for record in (*others, own)] + [_all_last(year, own) for year in unsettled]
    at_worst = _findings(policy, worst, command)
    hanging: list[tuple[int, ...]] = [veto.years for veto in at_worst.vetoes if veto not in found.vetoes]
    hanging += [flag.years for flag in at_worst.unit_flagged if flag not in found.unit_flagged]
    return tuple(year for year in sorted((*unsettled, *undecided)) if any(year in years for years in hanging))


def _worst(record: YearRecord) -> YearRecord:
    """The record if everybody who shares an undecided last place were last."""
    subjects = tuple(
        each.model_copy(update={"last": True, "undecided": False}) if each.undecided else each
        for each in record.subjects
    )
    return record.model_copy(update={"subjects": subjects})


def _all_last(year: int, own: YearRecord) -> YearRecord:
    """A year of which nothing is final yet, if everybody of this year were last in it."""
    subjects = tuple(SubjectYear(subject=each.subject, last=True) for each in own.subjects)
    return YearRecord(year=year, published_on=date(year, 12, 31), subjects=subjects)
