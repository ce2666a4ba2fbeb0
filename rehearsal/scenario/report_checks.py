"""Whether a duty report, its poll's figures and its rectification can be played."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.policy.document import AppraisalPolicy
from domain.rules.appraisal import quorum
from domain.yaml_lines import Path
from rehearsal.scenario.findings import Finding, not_before, repeated, suggestion
from rehearsal.scenario.model import DutyReport, Opinion, Question, RectificationPlay
from rehearsal.scenario.polls import ABSTAIN, BLANK, INVALID, Poll, RevotePoll, Rows


def check_duty_report(
    path: Path, report: DutyReport, policy: AppraisalPolicy, deputies: int, opens: date
) -> Iterator[Finding]:
    """Every fault of one duty report and what follows it. `opens`: the first day of its cycle."""
    begin = max(report.given_on or opens, opens)
    what = "述职日" if report.report_on is not None else "本周期启动日"
    yield from repeated((*path, "questions"), "id", (question.id for question in report.questions), "提问 id ")
    yield from repeated((*path, "opinions"), "id", (opinion.id for opinion in report.opinions), "意见 id ")
    for index, question in enumerate(report.questions):
        yield from _question((*path, "questions", index), question, begin, what)
    for index, opinion in enumerate(report.opinions):
        yield from _opinion((*path, "opinions", index), opinion, begin, what)
    yield from not_before((*path, "filed_on"), report.filed_on, begin, what)
    previous = begin
    for index, poll in enumerate(report.poll):
        place = (*path, "poll", index)
        yield from not_before((*place, "date"), poll.date, previous, what if index == 0 else "上一次测评日")
        previous = max(previous, poll.date)
        yield from _figures(place, poll, policy, deputies, barred=_barred(report, poll))
    if report.rectification is not None:
        served = min((poll.date for poll in report.poll), default=begin)
        yield from _rectification((*path, "rectification"), report.rectification, served, policy, deputies)


def _question(path: Path, question: Question, begin: date, what: str) -> Iterator[Finding]:
    yield from not_before((*path, "date"), question.date, begin, what)
    yield from not_before((*path, "due"), question.due, question.date, "承诺日")
    if question.answered is not None and question.date is None:
        yield Finding((*path, "date"), "答复或承诺应有日期")
    if question.answered is None and question.date is not None:
        yield Finding((*path, "answered"), "有日期而没有写明是答复还是承诺：answer、commitment")
    if question.answered == "commitment" and question.due is None:
        yield Finding((*path, "due"), "承诺应有期限")


def _opinion(path: Path, opinion: Opinion, begin: date, what: str) -> Iterator[Finding]:
    yield from not_before((*path, "implemented_on"), opinion.implemented_on, begin, what)
    yield from not_before((*path, "checked_on"), opinion.checked_on, opinion.implemented_on, "落实日")
    if opinion.checked_on is not None and opinion.implemented_on is None:
        yield Finding((*path, "checked_on"), "没有落实日（implemented_on），不能核查")


def _barred(report: DutyReport, poll: Poll) -> bool:
    """Whether the poll cannot open, as far as the file shows: such a poll needs no figures."""
    if report.given_on is None or any(each.date is None or each.date > poll.date for each in report.questions):
        return True
    done = [opinion.checked_on is not None and opinion.checked_on <= poll.date for opinion in report.opinions]
    return not all(done) and poll.waive is None


def _figures(
    path: Path, poll: RevotePoll, policy: AppraisalPolicy, deputies: int, *, barred: bool = False
) -> Iterator[Finding]:
    if poll.present > deputies:
        yield Finding((*path, "present"), f"实到 {poll.present} 人多于代表总数 {deputies} 人")
    if poll.issued is not None and poll.issued > poll.present:
        yield Finding((*path, "issued"), f"发出 {poll.issued} 张多于实到 {poll.present} 人")
    if poll.overall is None:
        if not barred and poll.present >= quorum(policy, deputies):
            yield Finding((*path, "overall"), "缺少综合评价的票数")
        if poll.dimensions:
            yield Finding((*path, "overall"), "没有综合评价的票数，不能只写分项")
    else:
        yield from _rows((*path, "overall"), poll.overall, policy)
    for key, rows in poll.dimensions.items():
        place = (*path, "dimensions", key)
        if key not in policy.dimension_keys:
            yield Finding(place, f"没有测评项目“{key}”{suggestion(key, policy.dimension_keys)}")
        yield from _rows(place, rows, policy)
        if poll.overall is not None and sum(rows.values()) != poll.returned:
            yield Finding(place, f"各项之和 {sum(rows.values())} 与综合评价收回票数 {poll.returned} 不等")


def _rows(path: Path, rows: Rows, policy: AppraisalPolicy) -> Iterator[Finding]:
    known = (*policy.grade_keys, ABSTAIN, INVALID, BLANK)
    for key in rows:
        if key not in known:
            yield Finding((*path, key), f"没有等次“{key}”{suggestion(key, known)}")


def _rectification(
    path: Path, play: RectificationPlay, served: date, policy: AppraisalPolicy, deputies: int
) -> Iterator[Finding]:
    yield from not_before((*path, "plan_on"), play.plan_on, served, "测评日")
    for index, extension in enumerate(play.extension):
        yield from not_before((*path, "extension", index, "date"), extension.date, served, "测评日")
    previous, what = served, "测评日"
    for index, report_on in enumerate(play.reports):
        yield from not_before((*path, "report_on", index), report_on, previous, what)
        previous, what = max(previous, report_on), "整改报告日"
        if index < len(play.acceptance):
            acceptance = play.acceptance[index]
            yield from not_before((*path, "acceptance", index, "date"), acceptance.date, report_on, what)
            previous, what = max(previous, acceptance.date), "验收日"
    for index, acceptance in enumerate(play.acceptance[len(play.reports) :], start=len(play.reports)):
        yield from not_before((*path, "acceptance", index, "date"), acceptance.date, previous, what)
        previous, what = max(previous, acceptance.date), "验收日"
    for index, revote in enumerate(play.revote):
        place = (*path, "revote", index)
        yield from not_before((*place, "date"), revote.date, previous, what)
        previous, what = max(previous, revote.date), "上一次复评日"
        yield from _figures(place, revote, policy, deputies)
