"""The process of a year-end assessment: scoring, publicity, objections, the final ranking, and the veto."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.acts import Actor, Command, Refusal
from domain.cases.assessment.commands import (
    AnnulYear,
    DecideLast,
    DecideObjection,
    EnterBonus,
    EnterDeduction,
    EnterScores,
    JudgeVeto,
    OpenAssessment,
    PublishRanking,
    RaiseObjection,
    Rejudge,
)
from domain.cases.assessment.events import (
    Annulled,
    Finalised,
    Judged,
    LastDecided,
    Opened,
    PublicityEnded,
    RankingPublished,
    Rejudged,
)
from domain.cases.assessment.evolution import evolve
from domain.cases.assessment.judgement import judgement
from domain.cases.assessment.objections import objection_decided, objection_raised
from domain.cases.assessment.scoring import bonus_entered, deduction_entered, rankings_of, scores_entered
from domain.cases.assessment.state import AssessmentState, Stage
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, RecallYears, TellCase, end_of
from domain.cases.dates import business_date
from domain.events import Event, Recorded
from domain.rules.ranking import decide_last

YEARS_AHEAD = 10
"""How many later years hear that a year never was: more than any stays open for it."""


class AssessmentDecider:
    """Year-end assessment 双百分 of a town, with the veto 一票否决."""

    kind = CaseKind.ASSESSMENT
    commands: Sequence[type[Command]] = (
        OpenAssessment,
        EnterScores,
        EnterBonus,
        EnterDeduction,
        PublishRanking,
        DecideLast,
        RaiseObjection,
        DecideObjection,
        AnnulYear,
        JudgeVeto,
        Rejudge,
    )

    def initial(self) -> AssessmentState:
        """The state before anything happened."""
        return AssessmentState()

    def decide(self, state: AssessmentState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context, not_before=state.opened_on)
        match command:
            case OpenAssessment():
                return [_opened(state, command, on)]
            case EnterScores():
                return scores_entered(state, command, on, context.policy.assessment)
            case EnterBonus():
                return bonus_entered(state, command, on)
            case EnterDeduction():
                return deduction_entered(state, command, on, context.policy.assessment)
            case RaiseObjection():
                return objection_raised(state, command, on)
            case DecideObjection():
                return objection_decided(state, command, on)
            case _:
                return _decide_on_ranking(state, command, on, context)

    def evolve(self, state: AssessmentState, recorded: Recorded) -> AssessmentState:
        """The state after an event."""
        return evolve(state, recorded.event)

    def deadlines(self, state: AssessmentState, context: Context) -> list[Deadline]:
        """The end of the publicity period."""
        if state.stage is not Stage.PUBLICITY or state.publicity_until is None:
            return []
        until = state.publicity_until
        return [Deadline(key=f"publicity:{until.isoformat()}:{state.publications}", at=end_of(until))]

    def pass_deadline(self, state: AssessmentState, deadline: Deadline, context: Context) -> list[Event]:
        """The publicity period is over: the ranking is final, unless an objection is still to be decided."""
        if state.publicity_until is None:
            raise ValueError(f"the assessment waits for nothing, yet {deadline.key} came")
        until = state.publicity_until
        events: list[Event] = [PublicityEnded(until=until)]
        if not state.pending_objections:
            events.append(Finalised(undecided=state.undecided_groups, on=until))
        return events

    def effects(self, state: AssessmentState, recorded: Recorded) -> list[Effect]:
        """A settled year that changed is held against the other years; then the later ones are told."""
        match recorded.event:
            case Finalised() | Annulled() | Rejudged():
                return [RecallYears(year=state.year)]
            case LastDecided() if state.settled:
                return [RecallYears(year=state.year)]
            case Judged() as event:
                return [
                    TellCase(kind=CaseKind.ASSESSMENT, case_id=str(year), command=Rejudge(year=state.year))
                    for year in event.tells
                ]
            case _:
                return []

    def facts(self, state: AssessmentState) -> CaseFacts:
        """The case in a few words."""
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=None,
            title=f"{state.year} 年度双百分考核",
            due=state.publicity_until if state.stage is Stage.PUBLICITY else None,
            open=state.open,
            outcome=state.stage.value if state.settled else None,
        )

    def rederive(self, state: AssessmentState, event: Event, context: Context) -> Event:
        """A published ranking with its places and its period computed anew from the scores."""
        if not isinstance(event, RankingPublished):
            return event
        return _published(state, event.on, context)

    def after_correction(self, state: AssessmentState) -> list[Effect]:
        """A settled year that was corrected is held against the other years again."""
        return [RecallYears(year=state.year)] if state.settled else []

    def when_voided(self, state: AssessmentState) -> list[Effect]:
        """Later years look again, since some may wait for this one; nobody knows here which there are."""
        return [
            TellCase(kind=CaseKind.ASSESSMENT, case_id=str(year), command=Rejudge(year=state.year), optional=True)
            for year in range(state.year + 1, state.year + 1 + YEARS_AHEAD)
        ]


def _opened(state: AssessmentState, command: OpenAssessment, on: date) -> Opened:
    if state.opened_on is not None:
        raise Refusal("already_open", f"{state.year} 年度考核已经立案。")
    return Opened(year=command.year, subjects=command.subjects, not_assessed=command.not_assessed, on=on)


def _decide_on_ranking(state: AssessmentState, command: Command, on: date, context: Context) -> list[Event]:
    match command:
        case PublishRanking():
            if state.stage is not Stage.SCORING:
                raise Refusal("already_published", f"{state.year} 年度排名已经公示，不能重复公示。")
            return [_published(state, on, context)]
        case DecideLast():
            return [_last_decided(state, command, on)]
        case AnnulYear():
            if state.stage is Stage.ANNULLED:
                raise Refusal("already_annulled", f"{state.year} 年度考核结果已经取消。")
            return [Annulled(reason=command.reason, on=on)]
        case JudgeVeto():
            return judgement(state, command, context.policy.veto, on) if state.settled else []
        case Rejudge():
            # A year that is not settled yet looks at the years anyway when it is.
            return [Rejudged(year=command.year, on=on)] if state.settled else []
        case _:
            raise Refusal("unknown_act", f"年度考核不办理“{command.act}”。")


def _published(state: AssessmentState, on: date, context: Context) -> RankingPublished:
    policy = context.policy.assessment
    return RankingPublished(
        rankings=rankings_of(state, policy),
        on=on,
        publicity_until=context.calendar.add_working_days(on, policy.publicity_days),
    )


def _last_decided(state: AssessmentState, command: DecideLast, on: date) -> LastDecided:
    ranking = next((each for each in state.rankings if each.group == command.group), None)
    if ranking is None:
        groups = "、".join(each.group for each in state.rankings) or "（尚未公示排名）"
        raise Refusal("unknown_group", f"没有“{command.group}”组的排名；现有分组：{groups}。")
    decided = decide_last(ranking, command.subjects)
    return LastDecided(group=command.group, last=decided.last, reason=command.reason, on=on, paper=command.paper)
