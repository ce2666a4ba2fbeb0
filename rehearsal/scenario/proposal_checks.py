"""Whether a proposal's steps can be played."""

from __future__ import annotations

from collections.abc import Iterator

from domain.cases.proposal.commands import Decision
from domain.cases.proposal.stages import BY_VOTE, Stage
from domain.rules.proposal import Step, may_return_to
from domain.yaml_lines import Path
from rehearsal.scenario.findings import Finding, not_before
from rehearsal.scenario.model import Proposal, ProposalStep


def check_proposal(path: Path, proposal: Proposal, deputies: int) -> Iterator[Finding]:
    """Every fault of one proposal."""
    previous, what = proposal.date, "提交日"
    for index, step in enumerate(proposal.steps):
        place = (*path, "steps", index)
        yield from not_before((*place, "date"), step.date, previous, what)
        previous, what = max(previous, step.date), "上一步的日期"
        yield from _decision(place, step)
        yield from _votes(place, step, deputies)
    if proposal.withdrawn is not None:
        yield from not_before((*path, "withdrawn", "date"), proposal.withdrawn.date, previous, what)


def _decision(path: Path, step: ProposalStep) -> Iterator[Finding]:
    if step.votes is None and step.decision is None:
        key = "votes" if step.step in BY_VOTE else "decision"
        yield Finding(
            (*path, key), "这一步应有表决票数" if key == "votes" else "这一步应有结论：approve、return、reject"
        )
    elif step.votes is None and step.step in BY_VOTE and step.decision is not Decision.RETURN:
        yield Finding((*path, "votes"), "这一步由会议表决，应有表决票数")
    elif step.votes is not None and step.step not in BY_VOTE:
        yield Finding((*path, "votes"), "只有代表表决和村级会议这两步有票数；这一步请写 decision")
    if step.decision is Decision.RETURN:
        if step.to is None:
            yield Finding((*path, "to"), "退回（return）应写明退回到哪一步")
        elif step.to.value not in (allowed := [Stage.DRAFT.value, *(each.value for each in may_return_to(step.step))]):
            yield Finding((*path, "to"), f"只能退回到更早的步骤：{'、'.join(allowed)}")
    elif step.to is not None:
        yield Finding((*path, "to"), "只有退回（return）才写 to")
    by_word = step.decision is Decision.RETURN or (step.decision is Decision.REJECT and step.votes is None)
    if by_word and step.reason is None:
        yield Finding((*path, "reason"), "退回或否决应写明理由")


def _votes(path: Path, step: ProposalStep, deputies: int) -> Iterator[Finding]:
    if step.step is Step.DEPUTIES:
        entitled: int | None = deputies
        name = "代表总数"
    else:
        entitled, name = step.entitled, "应到"
    if entitled is not None and step.present is not None and step.present > entitled:
        yield Finding((*path, "present"), f"到会 {step.present} 多于{name} {entitled}")
    if step.votes is None:
        return
    if step.step is Step.VILLAGE_MEETING:
        for key, value in (("form", step.form), ("entitled", step.entitled), ("present", step.present)):
            if value is None:
                yield Finding((*path, key), "村级会议应写明形式、应到和到会")
    for limit, what in ((step.present, "到会"), (entitled, name)):
        if limit is not None and step.votes.cast > limit:
            yield Finding((*path, "votes"), f"票数之和 {step.votes.cast} 多于{what} {limit}")
            return
