"""Whether a year-end assessment can be played."""

from __future__ import annotations

from collections.abc import Iterator

from domain.policy.assessment import AssessmentPolicy
from domain.yaml_lines import Path
from rehearsal.scenario.findings import Finding, Known, suggestion
from rehearsal.scenario.model import SubjectScores, YearEnd


def check_year_end(path: Path, year_end: YearEnd, policy: AssessmentPolicy, known: Known) -> Iterator[Finding]:
    """Every fault of one year-end assessment. Scores of a subject that is not assessed are allowed and not used."""
    for key, listed in (("not_assessed", year_end.not_assessed), ("decide_last", year_end.decide_last)):
        for index, subject in enumerate(listed):
            yield from known.refuse_subject((*path, key, index), subject)
            if subject in listed[:index]:
                yield Finding((*path, key, index), f"“{subject}”重复")
    for subject, scores in year_end.scores.items():
        yield from known.refuse_subject((*path, "scores", subject), subject)
        yield from _scores((*path, "scores", subject), scores, policy)
    for subject in known.subjects:
        if subject not in year_end.scores and subject not in year_end.not_assessed:
            yield Finding((*path, "scores", subject), "既没有分数，也不在 not_assessed 中")


def _scores(path: Path, scores: SubjectScores, policy: AssessmentPolicy) -> Iterator[Finding]:
    keys = policy.table_keys
    for table in scores.tables:
        if table not in keys:
            hint = suggestion(table, (*keys, "bonus", "deductions"))
            yield Finding((*path, table), f"没有计分表“{table}”{hint}")
    for table in keys:
        if table not in scores.tables:
            yield Finding((*path, table), "缺少这张计分表的分数")
    if scores.bonus < 0:
        yield Finding((*path, "bonus"), "加分不能小于 0；扣分请写在 deductions")
    for index, deduction in enumerate(scores.deductions):
        place = (*path, "deductions", index)
        if deduction.table not in keys:
            yield Finding((*place, "table"), f"没有计分表“{deduction.table}”{suggestion(deduction.table, keys)}")
        if deduction.points < 0:
            yield Finding((*place, "points"), "扣分不能小于 0")
