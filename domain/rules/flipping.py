"""Verdicts that ballots nobody has read could have turned: what was issued and not returned, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.policy.document import AppraisalPolicy
from domain.rules.appraisal import overall_from, pass_rate
from domain.rules.counting import ABSTAIN, INVALID, Attendance, ItemCount


def could_flip(
    policy: AppraisalPolicy,
    attendance: Attendance,
    overall: ItemCount,
    dimensions: Mapping[str, ItemCount],
    *,
    unreturned: int = 0,
    set_aside: int = 0,
) -> bool:
    """Whether the verdict would be the other one, had these ballots said something, whatever it is.

    `unreturned`: issued and not returned 发出 − 收回; they come on top of all counts. `set_aside`: returned envelopes
    that held no readable ballot; they are among the invalid of every item. A dimension left out was graded as the
    overall item. False where nothing was decided (`no_valid_ballots`): there is no verdict to flip.

    Only ballots that all say the same are tried: under every denominator, and for every `appraisal.overall_from`, a
    passing row never lowers the rate and the others never raise it, each item by itself, so the extremes are among
    these.
    """
    graded = {key: dimensions.get(key, overall) for key in policy.dimension_keys}
    share = overall_from(policy, policy.denominator, attendance, overall, graded)
    if share is None or unreturned + set_aside == 0:
        return False
    verdict = pass_rate(policy, share.rate)
    for said in _answers(policy):
        heard = {key: _with(item, said, unreturned, set_aside) for key, item in graded.items()}
        other = overall_from(policy, policy.denominator, attendance, _with(overall, said, unreturned, set_aside), heard)
        if other is not None and pass_rate(policy, other.rate) is not verdict:
            return True
    return False


def _answers(policy: AppraisalPolicy) -> Iterator[str]:
    yield from policy.grade_keys
    yield ABSTAIN
    yield INVALID


def _with(item: ItemCount, said: str, unreturned: int, set_aside: int) -> ItemCount:
    more = unreturned + set_aside
    grades = {grade: number + (more if grade == said else 0) for grade, number in {said: 0, **item.grades}.items()}
    for word in (ABSTAIN, INVALID):
        grades.pop(word, None)
    return ItemCount(
        grades=grades,
        abstain=item.abstain + (more if said == ABSTAIN else 0),
        invalid=item.invalid - set_aside + (more if said == INVALID else 0),
    )
