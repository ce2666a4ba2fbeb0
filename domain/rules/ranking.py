"""Ranking one line of subjects (一条龙排队) and finding who is last (rules `assessment.tie_break`, `minimum_group`,
`tie_for_last`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from domain.acts import Refusal
from domain.policy.assessment import AssessmentPolicy, TieForLast
from domain.policy.values import ExactFraction
from domain.printing import print_score
from domain.rules.assessment import Total


class Row(BaseModel):
    """One subject's place."""

    model_config = ConfigDict(frozen=True)

    rank: int
    subject: str
    total: ExactFraction
    printed: str


class Ranking(BaseModel):
    """A line, best first, and its last."""

    model_config = ConfigDict(frozen=True)

    group: str
    rows: tuple[Row, ...]
    last: tuple[str, ...] = ()
    last_undecided: bool = False
    """Last place is tied and waits for a decision by hand; no streak moves until it is made."""
    tied_for_last: tuple[str, ...] = ()
    """Those who share the last place, where more than one does; a decision chooses among them."""
    too_small: bool = False
    """Fewer subjects than `assessment.minimum_group`: ranked, but nobody is last."""


def tie_break(policy: AssessmentPolicy, total: Total) -> tuple[Fraction, ...]:
    """`assessment.tie_break`: what subjects are compared by: the total, then each method's sum over the tables."""
    return (total.total, *(total.methods[method] for method in policy.tie_break))


def minimum_group(policy: AssessmentPolicy, size: int) -> bool:
    """`assessment.minimum_group`: whether a line is long enough to have a last."""
    return size >= policy.minimum_group


def rank(policy: AssessmentPolicy, group: str, totals: Sequence[Total]) -> Ranking:
    """The ranking of one line: equals share a rank (1, 2, 2, 4) and keep the order in which they came.

    Who is last follows `assessment.tie_for_last`; by hand, `decide_last` completes it.
    """
    keys = {total.subject: tie_break(policy, total) for total in totals}
    ordered = sorted(totals, key=lambda total: keys[total.subject], reverse=True)
    rows: list[Row] = []
    for place, total in enumerate(ordered, start=1):
        shared = place > 1 and keys[total.subject] == keys[ordered[place - 2].subject]
        rows.append(
            Row(
                rank=rows[-1].rank if shared else place,
                subject=total.subject,
                total=total.total,
                printed=print_score(total.total),
            )
        )
    if not minimum_group(policy, len(rows)):
        return Ranking(group=group, rows=tuple(rows), too_small=True)
    lowest = tuple(row.subject for row in rows if row.rank == rows[-1].rank)
    return tie_for_last(policy, Ranking(group=group, rows=tuple(rows)), lowest)


def tie_for_last(policy: AssessmentPolicy, ranking: Ranking, lowest: tuple[str, ...]) -> Ranking:
    """`assessment.tie_for_last`: who of the `lowest` is last; one alone always is."""
    if len(lowest) <= 1:
        return ranking.model_copy(update={"last": lowest})
    tied = {"tied_for_last": lowest}
    match policy.tie_for_last:
        case TieForLast.ALL:
            return ranking.model_copy(update={**tied, "last": lowest})
        case TieForLast.NONE:
            return ranking.model_copy(update=tied)
        case TieForLast.BY_HAND:
            return ranking.model_copy(update={**tied, "last_undecided": True})


def decide_last(ranking: Ranking, chosen: Collection[str]) -> Ranking:
    """The ranking with last place decided by hand. Raises `Refusal` where nothing is to be decided, or for a choice
    that is empty or names a subject that does not share the last place."""
    if not ranking.last_undecided:
        raise Refusal("last_not_undecided", f"“{ranking.group}”组的末位没有并列待定，无须裁定")
    if not chosen:
        raise Refusal("nobody_chosen", "请在并列末位者中至少指定一个")
    if strange := sorted(set(chosen) - set(ranking.tied_for_last)):
        tied = "、".join(ranking.tied_for_last)
        raise Refusal("not_tied_for_last", f"{'、'.join(strange)} 不在并列末位之列（{tied}）")
    last = tuple(subject for subject in ranking.tied_for_last if subject in set(chosen))
    return ranking.model_copy(update={"last": last, "last_undecided": False})


def annulled(ranking: Ranking) -> Ranking:
    """The ranking of a year that an upheld objection annulled: the order stays readable, nobody is last."""
    return ranking.model_copy(update={"last": (), "last_undecided": False, "tied_for_last": ()})
