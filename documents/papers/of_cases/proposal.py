"""The papers of a village's proposal 事前监督: the form with every body's decision, and the deputies' resolution."""

from __future__ import annotations

from dataclasses import dataclass

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Ending, Form, Layout, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.proposal.events import StepDecided, StepOutcome
from domain.cases.proposal.state import ProposalState
from domain.rules.proposal import Step

_OUTCOMES = {
    StepOutcome.APPROVE: "同意",
    StepOutcome.RETURN: "退回修改",
    StepOutcome.REJECT: "不同意",
    StepOutcome.NO_QUORUM: "人数不足，未形成决定",
}


@dataclass(frozen=True)
class StepFacts:
    """A body's decision."""

    step: str = tag("环节")
    decision: str = tag("决定")
    on: str = tag("日期")
    present: str = tag("应到、实到人数")
    votes: str = tag("赞成、反对、弃权票数")
    reason: str = tag("理由")
    paper: str = tag("所附纸件")


@dataclass(frozen=True)
class ProposalFacts(Facts):
    """A proposal as its papers tell it."""

    village: str = tag("村")
    proposal_title: str = tag("议案标题")
    text: str = tag("议案内容")
    deputies: str = tag("全体代表人数")
    stage: str = tag("现在的环节或结果")
    steps: tuple[StepFacts, ...] = tag("各环节的决定，按先后", ())
    voted_on: str = tag("代表表决日期")
    present: str = tag("出席代表人数")
    for_votes: str = tag("赞成票数")
    against_votes: str = tag("反对票数")
    abstentions: str = tag("弃权票数")
    posted_until: str = tag("村务公开至；未到这一步时为空")


def build(paper: Paper, case: CaseFile) -> ProposalFacts:
    """The facts of a proposal."""
    state: ProposalState = case.state
    vote = _approval(case)
    votes = None if vote is None else vote.votes
    posted = [each.posted_until for each in state.steps if each.posted_until is not None]
    return ProposalFacts(
        **common(paper, case),
        village=state.village,
        proposal_title=state.title,
        text=state.text,
        deputies=str(state.deputies),
        stage=state.stage.label,
        steps=tuple(_step(each) for each in state.steps),
        voted_on="" if vote is None else day(vote.on),
        present="" if vote is None or vote.present is None else str(vote.present),
        for_votes="" if votes is None else str(votes.in_favour),
        against_votes="" if votes is None else str(votes.against),
        abstentions="" if votes is None else str(votes.abstain),
        posted_until=day(posted[-1]) if posted else "",
    )


def _step(each: StepDecided) -> StepFacts:
    counted = [("应到", each.entitled), ("实到", each.present)]
    votes = each.votes
    return StepFacts(
        step=each.step.label,
        decision=_OUTCOMES[each.decision],
        on=day(each.on),
        present="，".join(f"{word} {number}" for word, number in counted if number is not None),
        votes="" if votes is None else f"赞成 {votes.in_favour}，反对 {votes.against}，弃权 {votes.abstain}",
        reason=each.reason or "",
        paper=each.paper or "",
    )


def _approval(case: CaseFile) -> StepDecided | None:
    """The deputies' last vote, where it approved."""
    state: ProposalState = case.state
    votes = [each for each in state.steps if each.step is Step.DEPUTIES]
    return votes[-1] if votes and votes[-1].decision is StepOutcome.APPROVE else None


APPROVAL = Paper(
    key="approval",
    title="村级重大事项审批表",
    purpose="议案逐级审批的记录：各环节的决定、日期、票数和理由，供各方签章。",
    kinds=(CaseKind.PROPOSAL,),
    facts=ProposalFacts,
    layout=Layout(
        "村级重大事项审批表",
        (
            Form(
                (
                    (("村", "{{ village }}"), ("议案编号", "{{ case_id }}")),
                    (("议案", "{{ proposal_title }}"),),
                    (("内容", "{{ text }}"),),
                    (("现在", "{{ stage }}"), ("村务公开至", "{{ posted_until }}")),
                ),
                tall=frozenset({"内容"}),
            ),
            Table(
                "steps",
                (
                    Column("环节", "{{ item.step }}", 1.5),
                    Column("决定", "{{ item.decision }}", 1),
                    Column("日期", "{{ item.on }}", 1.5),
                    Column("人数", "{{ item.present }}", 1.2),
                    Column("票数", "{{ item.votes }}", 1.6),
                    Column("理由", "{{ item.reason }}", 1.6),
                    Column("纸件", "{{ item.paper }}", 1),
                ),
                heading="各环节决定",
            ),
            Form(
                (
                    (("包村领导意见", ""),),
                    (("镇人大意见", ""),),
                    (("镇党委政府审定意见", ""),),
                ),
                tall=frozenset({"包村领导意见", "镇人大意见", "镇党委政府审定意见"}),
            ),
            Text("填表日期：{{ dated }}", Style.PLAIN),
        ),
    ),
    build=build,
    ready=lambda case: case.state.submitted,
    readers=frozenset({Role.VILLAGE, Role.TOWN_LEADER, Role.PARTY_COMMITTEE}),
)
RESOLUTION = Paper(
    key="resolution",
    title="人大代表决议",
    purpose="镇人大代表表决通过议案以后出；写明全体代表数、出席数和票数。",
    kinds=(CaseKind.PROPOSAL,),
    facts=ProposalFacts,
    layout=Layout(
        "关于{{ village }}“{{ proposal_title }}”的决议",
        (
            Text("（{{ voted_on }}通过）", Style.CENTRE),
            Text(
                "{{ town }}人民代表大会代表于{{ voted_on }}讨论了{{ village }}提出的“{{ proposal_title }}”议案。"
                "全体代表 {{ deputies }} 人{% if present %}，出席 {{ present }} 人{% endif %}；"
                "表决结果：赞成 {{ for_votes }} 票，反对 {{ against_votes }} 票，弃权 {{ abstentions }} 票。"
                "赞成票超过全体代表的半数，议案通过。"
            ),
            Text("议案内容：{{ text }}", when="text"),
            Text("请{{ village }}依法提交村民会议或者村民代表会议讨论决定，结果报镇党委、镇政府审定。"),
            Ending(),
        ),
        red=True,
        numbered=True,
    ),
    build=build,
    ready=lambda case: _approval(case) is not None,
    series="resolution",
    readers=frozenset({Role.VILLAGE, Role.TOWN_LEADER, Role.PARTY_COMMITTEE, Role.DEPUTY}),
)
PAPERS = (APPROVAL, RESOLUTION)
