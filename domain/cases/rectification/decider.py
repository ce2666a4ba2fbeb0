"""The process of a rectification 限期整改: notice, plan, extension, report, re-vote; overdue, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, end_of, reminder_time
from domain.cases.dates import business_date
from domain.cases.poll.result import TakeRevoteResult
from domain.cases.rectification.commands import (
    AskExtension,
    DecideOnReport,
    OpenRectification,
    PutToRevote,
    ReplaceHeadInRectification,
    ServeNotice,
    SubmitPlan,
    SubmitRectificationReport,
    WithdrawFromRevote,
)
from domain.cases.rectification.events import (
    ExtensionGranted,
    HeadReplaced,
    NoticeServed,
    Opened,
    PlanOverdue,
    ReminderSent,
    ReportDecided,
    RevoteJudged,
)
from domain.cases.rectification.evolution import evolve
from domain.cases.rectification.periods import (
    extension_asked,
    notice_served,
    plan_submitted,
    rederived_extension,
    reminders_of,
    served,
)
from domain.cases.rectification.reporting import overdue, report_decided, report_submitted
from domain.cases.rectification.revoting import put_to_revote, revote_judged, withdrawn_from_revote
from domain.cases.rectification.state import RectificationState, Report
from domain.events import Event, Recorded
from domain.rules.rectification import is_overdue

REMINDED = (Role.HEAD, Role.STAFF, Role.DISCIPLINE_OFFICE)
"""Who is told that a due date comes near."""


class RectificationDecider:
    """Rectification by a deadline of one subject."""

    kind = CaseKind.RECTIFICATION
    commands: Sequence[type[Command]] = (
        OpenRectification,
        ServeNotice,
        SubmitPlan,
        AskExtension,
        SubmitRectificationReport,
        DecideOnReport,
        PutToRevote,
        WithdrawFromRevote,
        TakeRevoteResult,
        ReplaceHeadInRectification,
    )

    def initial(self) -> RectificationState:
        """The state before anything happened."""
        return RectificationState()

    def decide(self, state: RectificationState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context, _not_before(state, command))
        if isinstance(command, OpenRectification):
            return [_opened(state, command, on)]
        if isinstance(command, TakeRevoteResult):
            return revote_judged(state, command, context)
        if isinstance(command, ReplaceHeadInRectification):
            return _replaced(state, command)
        if not state.open:
            raise Refusal("ended", f"本案已办结（{state.stage.label}），不能再办理。")
        match command:
            case ServeNotice():
                return notice_served(state, command, on, context)
            case SubmitPlan():
                return plan_submitted(state, command, on)
            case AskExtension():
                return extension_asked(state, command, on, context)
            case SubmitRectificationReport():
                return report_submitted(state, command, on, context)
            case DecideOnReport():
                return report_decided(state, command, on, context)
            case PutToRevote():
                return put_to_revote(state, command, on)
            case WithdrawFromRevote():
                return withdrawn_from_revote(state, command, on)
            case _:
                raise Refusal("unknown_act", f"限期整改不办理“{command.act}”。")

    def evolve(self, state: RectificationState, recorded: Recorded) -> RectificationState:
        """The state after an event."""
        return evolve(state, recorded.event)

    def deadlines(self, state: RectificationState, context: Context) -> list[Deadline]:
        """The plan's due date, the reminders and the due date in force."""
        if not state.open or state.due is None or state.plan_due is None:
            return []
        due, plan_due = state.due.rolled, state.plan_due.rolled
        waiting: list[Deadline] = []
        if state.plan_on is None and state.reported_on is None and not state.plan_overdue:
            waiting.append(Deadline(key=f"plan_overdue:{plan_due.isoformat()}", at=end_of(plan_due)))
        if state.report is Report.NONE and state.overdue_since is None:
            waiting += [
                Deadline(key=f"reminder:{due.isoformat()}:{days}", at=reminder_time(due - timedelta(days=days)))
                for days in state.planned_reminders
                if days not in state.reminded
            ]
        if _may_run_overdue(state, due):
            turn = f":{state.lifted}" if state.lifted else ""
            waiting.append(Deadline(key=f"overdue:{due.isoformat()}{turn}", at=end_of(due)))
        return sorted(waiting, key=lambda deadline: deadline.at)

    def pass_deadline(self, state: RectificationState, deadline: Deadline, context: Context) -> list[Event]:
        """A reminder is sent, or the plan or the whole rectification is late."""
        if state.due is None or state.plan_due is None:
            raise ValueError(f"the rectification waits for nothing, yet {deadline.key} came")
        due = state.due.rolled
        match deadline.key.split(":"):
            case ["plan_overdue", *_]:
                return [PlanOverdue(due=state.plan_due.rolled)]
            case ["overdue", *_]:
                return overdue(state, due)
            case ["reminder", _, days]:
                before = int(days)
                return [ReminderSent(on=due - timedelta(days=before), days_before=before, due=due, to=REMINDED)]
            case _:
                raise ValueError(f"the rectification does not wait for {deadline.key}")

    def effects(self, state: RectificationState, recorded: Recorded) -> list[Effect]:
        """None of its own: every case tells its cycle what came of it."""
        return []

    def facts(self, state: RectificationState) -> CaseFacts:
        """The case in a few words."""
        name = "" if state.holders is None else state.holders.post.name
        pending = state.due is not None and state.open and state.report is not Report.ACCEPTED
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=state.subject_id or None,
            title=f"限期整改 {name}（{state.year} 年）",
            due=state.due.rolled if pending and state.due is not None else None,
            open=state.open,
            outcome=state.outcome.value if state.outcome is not None else None,
        )

    def rederive(self, state: RectificationState, event: Event, context: Context) -> Event:
        """The event with its due dates, reminders or verdict computed anew from the facts entered."""
        match event:
            case NoticeServed():
                return served(event.on, context, event.paper)
            case ExtensionGranted():
                return rederived_extension(state, event, context)
            case ReportDecided() if event.reminders and state.due is not None:
                return event.model_copy(update={"reminders": reminders_of(state.due, context)})
            case RevoteJudged():
                return event.model_copy(update={"verdict": event.result.verdict(context.policy.appraisal)})
            case _:
                return event


def _opened(state: RectificationState, command: OpenRectification, on: date) -> Opened:
    if state.opened_on is not None:
        raise Refusal("already_open", f"{state.subject_id} 的限期整改已经立案。")
    return Opened(year=command.year, subject=command.subject, failed=command.failed, on=on)


def _replaced(state: RectificationState, command: ReplaceHeadInRectification) -> list[Event]:
    if state.holders is None or state.holders.knows(command.from_, command.responsible):
        return []
    return [HeadReplaced(responsible=command.responsible, from_=command.from_)]


def _not_before(state: RectificationState, command: Command) -> date | None:
    """The date of the act that this one follows."""
    match command:
        case ServeNotice():
            return state.opened_on
        case SubmitPlan() | AskExtension():
            return state.served_on
        case SubmitRectificationReport():
            return state.decided_on or state.served_on
        case DecideOnReport():
            return state.reported_on
        case PutToRevote():
            return state.decided_on
        case WithdrawFromRevote():
            return state.put_on
        case _:
            return None


def _may_run_overdue(state: RectificationState, due: date) -> bool:
    """Nothing is in, or (after a correction) what is in came late."""
    if state.overdue_since is not None:
        return False
    if state.report is Report.NONE:
        return True
    return state.reported_on is not None and is_overdue(due, state.reported_on)
