"""Democratic appraisal 民主测评: quorum, recusal, and the verdict from the counts (rules `appraisal.*`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from domain.policy.document import AppraisalPolicy, Denominator, OverallFrom, Quorum
from domain.printing import print_rate
from domain.rules.counting import Attendance, ItemCount
from domain.rules.verdict import DimensionFigure, Outcome, Verdict, without_count


def quorum(policy: AppraisalPolicy, entitled: int, *, in_session: bool = False) -> int:
    """`appraisal.quorum`: the smallest number of deputies present that suffices; two thirds in a session of the
    congress (地方组织法 14). At least one, even where nobody is entitled."""
    if in_session or policy.quorum is Quorum.TWO_THIRDS:
        return max(1, -(-2 * entitled // 3))
    return entitled // 2 + 1


def recusal(
    policy: AppraisalPolicy, deputies: Collection[str], person: str, relatives: Collection[str]
) -> frozenset[str]:
    """`appraisal.recusal` (选举法 43 by analogy): the deputies who get no ballot on `person`: that person and the
    declared close relatives. Recused deputies are not in the subject's 应到."""
    if not policy.recusal:
        return frozenset()
    return frozenset(deputies) & {person, *relatives}


def denominator(kind: Denominator, item: ItemCount, attendance: Attendance) -> int:
    """`appraisal.denominator`: of how many the passing ballots are a share."""
    match kind:
        case Denominator.VALID:
            return item.valid
        case Denominator.VALID_WITHOUT_ABSTENTIONS:
            return item.valid - item.abstain
        case Denominator.RETURNED:
            return item.returned
        case Denominator.PRESENT:
            return attendance.present
        case Denominator.ENTITLED:
            return attendance.entitled


def more_returned_than_issued(attendance: Attendance, returned: int) -> bool:
    """`appraisal.more_returned_than_issued` (选举法 44): the whole poll is void."""
    return returned > attendance.issued


def minimum_group(policy: AppraisalPolicy, valid: int) -> bool:
    """`appraisal.minimum_group`: whether a breakdown may be shown without exposing voters."""
    return valid >= policy.minimum_group


class _Share(NamedTuple):
    """So many of so many; the quotient need not be in lowest terms."""

    passing: int
    of: int

    @property
    def rate(self) -> Fraction:
        return Fraction(self.passing, self.of)


def pass_rate(policy: AppraisalPolicy, rate: Fraction) -> Outcome:
    """`appraisal.pass_rate`: below it fails, exactly at it passes."""
    return Outcome.PASS if rate >= policy.pass_rate else Outcome.FAIL


def _share(policy: AppraisalPolicy, kind: Denominator, item: ItemCount, attendance: Attendance) -> _Share | None:
    of = denominator(kind, item, attendance)
    return _Share(item.passing(policy), of) if of > 0 and item.valid > 0 else None


def overall_from(
    policy: AppraisalPolicy,
    kind: Denominator,
    attendance: Attendance,
    overall: ItemCount,
    dimensions: Mapping[str, ItemCount],
) -> _Share | None:
    """`appraisal.overall_from`: the share that decides, under one denominator; None where it cannot be computed.

    `overall`: the overall item's. `mean_of_dimensions`: the mean of the dimensions' rates, each with a denominator of
    its own, brought to a common one. `every_dimension`: the lowest dimension's, since all pass when that one does.
    """
    if policy.overall_from is OverallFrom.OVERALL:
        return _share(policy, kind, overall, attendance)
    shares = []
    for item in dimensions.values():
        share = _share(policy, kind, item, attendance)
        if share is None:  # one item that cannot be computed leaves nothing to decide on
            return None
        shares.append(share)
    if policy.overall_from is OverallFrom.EVERY_DIMENSION:
        return min(shares, key=lambda share: share.rate)
    common = lcm(*(share.of for share in shares))
    return _Share(sum(share.passing * (common // share.of) for share in shares), common * len(shares))


def sensitivity(
    policy: AppraisalPolicy,
    attendance: Attendance,
    overall: ItemCount,
    dimensions: Mapping[str, ItemCount],
    verdict: Outcome,
) -> tuple[Denominator, ...]:
    """`appraisal.sensitivity_warning`: the denominators that would flip the verdict; none where the warning is off.

    A denominator under which nothing can be computed (nobody but abstainers) flips nothing.
    """
    if not policy.sensitivity_warning:
        return ()
    flipping = []
    for kind in Denominator:
        share = overall_from(policy, kind, attendance, overall, dimensions)
        if share is not None and pass_rate(policy, share.rate) is not verdict:
            flipping.append(kind)
    return tuple(flipping)


def dimension_figures(
    policy: AppraisalPolicy, attendance: Attendance, dimensions: Mapping[str, ItemCount]
) -> tuple[DimensionFigure, ...]:
    """The figures of each dimension, in the policy's order; one below the pass rate gives a warning."""
    figures = []
    for key, item in dimensions.items():
        share = _share(policy, policy.denominator, item, attendance)
        figures.append(
            DimensionFigure(
                key=key,
                passing=item.passing(policy),
                denominator=denominator(policy.denominator, item, attendance),
                rate=share.rate if share else None,
                rate_printed=print_rate(share.rate, policy.pass_rate) if share else None,
                below=share is not None and share.rate < policy.pass_rate,
            )
        )
    return tuple(figures)


def before_opening(
    policy: AppraisalPolicy, attendance: Attendance, returned: int | None, *, in_session: bool = False
) -> Verdict | None:
    """The verdict that forbids opening any ballot (`no_quorum`, `void`), or None where the count may begin.

    `returned` is None while nothing has been collected: then only the quorum is judged.
    """
    if attendance.present < quorum(policy, attendance.entitled, in_session=in_session):
        return without_count(Outcome.NO_QUORUM, attendance, None)
    if returned is not None and more_returned_than_issued(attendance, returned):
        return without_count(Outcome.VOID, attendance, returned)
    return None


def judge(
    policy: AppraisalPolicy,
    attendance: Attendance,
    overall: ItemCount,
    dimensions: Mapping[str, ItemCount],
    *,
    in_session: bool = False,
) -> Verdict:
    """The verdict on one subject, by precedence `no_quorum`, `void`, `no_valid_ballots`, then pass or fail.

    A dimension left out was graded as the overall item. (`refused` precedes all: such a poll is never counted, see
    `domain.rules.questions.poll_held_up`.)
    """
    if early := before_opening(policy, attendance, overall.returned, in_session=in_session):
        return early
    graded = {key: dimensions.get(key, overall) for key in policy.dimension_keys}
    counted = Verdict(
        verdict=Outcome.NO_VALID_BALLOTS,
        entitled=attendance.entitled,
        present=attendance.present,
        issued=attendance.issued,
        returned=overall.returned,
        invalid=overall.invalid,
        valid=overall.valid,
        abstentions=overall.abstain,
        breakdown_shown=minimum_group(policy, overall.valid),
    )
    share = overall_from(policy, policy.denominator, attendance, overall, graded)
    if share is None:
        return counted
    outcome = pass_rate(policy, share.rate)
    flipping = sensitivity(policy, attendance, overall, graded, outcome)
    figures = dimension_figures(policy, attendance, graded) if counted.breakdown_shown else ()
    return counted.model_copy(
        update={
            "verdict": outcome,
            "passing": share.passing,
            "denominator": share.of,
            "denominator_name": policy.denominator,
            "rate": share.rate,
            "rate_printed": print_rate(share.rate, policy.pass_rate),
            "sensitive_to_denominator": bool(flipping),
            "sensitive_under": flipping,
            "dimensions": figures,
            "dimension_warnings": tuple(figure.key for figure in figures if figure.below),
        }
    )
