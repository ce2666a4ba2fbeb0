"""A body's decision on the proposal before it: whether it can be made so, and what becomes of it."""

from __future__ import annotations

from domain.acts import Actor, Refusal, Role
from domain.cases.proposal.commands import DecideStep, Decision
from domain.cases.proposal.events import StepOutcome
from domain.cases.proposal.stages import BODIES, BY_VOTE, Stage
from domain.cases.proposal.state import ProposalState
from domain.rules.proposal import Step, VoteOutcome, deputies_vote, may_return_to, village_vote, vote_fault

_BY_DECISION = {
    Decision.APPROVE: StepOutcome.APPROVE,
    Decision.RETURN: StepOutcome.RETURN,
    Decision.REJECT: StepOutcome.REJECT,
}
_BY_VOTE = {
    VoteOutcome.APPROVED: StepOutcome.APPROVE,
    VoteOutcome.REJECTED: StepOutcome.REJECT,
    VoteOutcome.NO_QUORUM: StepOutcome.NO_QUORUM,
}


def refuse_out_of_turn(state: ProposalState, command: DecideStep, actor: Actor) -> None:
    """Refuse a decision by a body that has not got the proposal, or by an actor who is not of that body.

    Raises `Refusal` `already_decided`, `awaiting_amendment`, `not_this_step` or `not_this_body`.
    """
    step = command.step
    if state.stage.value != step.value:
        if not state.undecided:
            raise Refusal("already_decided", f"议案{state.stage.label}，{step.label}不能再作决定。")
        if state.stage is Stage.DRAFT:
            raise Refusal("awaiting_amendment", "议案已退回村里修改，请先由村里修改后重新提交。")
        raise Refusal("not_this_step", f"议案现在处于“{state.stage.label}”，还不到“{step.label}”；请按顺序办理。")
    if actor.role is not Role.STAFF and actor.role not in BODIES[step]:
        raise Refusal("not_this_body", f"“{step.label}”不由角色 {actor.role.value} 决定；请由有权的机构办理。")


def outcome_of(state: ProposalState, command: DecideStep) -> StepOutcome:
    """What the body decides: by its word, or by its votes where a meeting votes.

    Raises `Refusal` where the decision is incomplete or impossible.
    """
    if command.decision is Decision.RETURN:
        _refuse_unfit_return(command)
        return StepOutcome.RETURN
    if command.step in BY_VOTE:
        voted = vote_outcome(state.deputies, command)
        said = command.decision
        if said is not None and voted is not _BY_DECISION[said]:
            raise Refusal(
                "contradicts_votes", f"所填结论“{said.value}”与表决结果“{voted.value}”不符；请核对票数或结论。"
            )
        return voted
    if command.decision is None:
        raise Refusal("decision_missing", f"请填写“{command.step.label}”的结论：通过、退回或否决。")
    if command.votes is not None:
        raise Refusal("no_vote_here", f"“{command.step.label}”不以票数决定；请填写结论，不填票数。")
    if command.decision is Decision.REJECT and not command.reason:
        raise Refusal("reason_missing", f"“{command.step.label}”否决议案须写明理由。")
    return _BY_DECISION[command.decision]


def vote_outcome(deputies: int, command: DecideStep) -> StepOutcome:
    """What a meeting decided. Raises `Refusal` where figures are missing or impossible."""
    if command.votes is None:
        raise Refusal("votes_missing", f"“{command.step.label}”以表决决定；请填写赞成、反对、弃权票数。")
    if command.step is Step.DEPUTIES:
        entitled = deputies
    elif command.form is None or command.entitled is None:
        raise Refusal("meeting_missing", "请填写村级会议的形式（代表会议或村民会议）和应到人数。")
    else:
        entitled = command.entitled
    fault = vote_fault(entitled, command.present, command.votes)
    if fault is not None:
        raise Refusal("impossible_votes", f"{fault}；请核对票数和人数。")
    if command.step is Step.DEPUTIES:
        return _BY_VOTE[deputies_vote(deputies, command.votes, command.present)]
    assert command.form is not None
    return _BY_VOTE[village_vote(command.form, entitled, command.present, command.votes)]


def _refuse_unfit_return(command: DecideStep) -> None:
    step = command.step
    allowed = [Stage.DRAFT, *(Stage(earlier.value) for earlier in may_return_to(step))]
    if command.to not in allowed:
        names = "、".join(f"{stage.value}（{stage.label}）" for stage in allowed)
        raise Refusal("bad_return", f"“{step.label}”退回议案须写明退到哪一步，可选：{names}。")
    if not command.reason:
        raise Refusal("reason_missing", f"“{step.label}”退回议案须写明理由。")
