"""Cases played to their ends in memory, with names and texts of rare characters, for their papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from documents.papers.case_file import CaseFile, Number, case_file
from domain.acts import Role
from domain.calendar import WorkCalendar
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    CheckImplementation,
    CommitToQuestion,
    FileOpinions,
    ItemiseOpinion,
    OpenAppraisal,
    PutToPoll,
    RaiseQuestion,
    ReportImplementation,
    SubmitReport,
)
from domain.cases.case import CaseKind
from domain.cases.governance import GovernedState
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem, RecordCount
from domain.cases.poll.objections import DecidePollObjection, ObjectToPoll
from domain.cases.poll.result import SubjectCount, TakePollResult
from domain.cases.poll.state import PollState
from domain.cases.rectification.commands import (
    AskExtension,
    OpenRectification,
    ServeNotice,
    SubmitPlan,
    SubmitRectificationReport,
)
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from domain.roster.commands import Deputy
from domain.roster.posts import Post, SubjectKind
from domain.roster.state import RosterState, Subject
from domain.rules.counting import ItemCount
from domain.rules.tenure import HeadChange
from domain.rules.verdict import Verdict
from tests.cases.harness import Play
from tests.cases.play import STAFF

RARE = "𠮷㙟䶮堃玥"
POST = Post(id="lys", name=f"林业站{RARE}", kind=SubjectKind.STATION, responsible="赵玥堃")
OPINION = "水渠㙟段清淤不彻底 <b>&{{ 7*7 }}"
CALENDAR = WorkCalendar(weekends_only=True)
ROSTER = RosterState(
    deputies={f"d{number}": Deputy(id=f"d{number}", name=f"代表{number}䶮", group="一组") for number in range(1, 7)},
    subjects={POST.id: Subject(POST.id, POST.name, POST.kind)},
    heads=(HeadChange(subject=POST.id, person=POST.responsible, since=None),),
)
COUNT = SubjectCount(
    overall=ItemCount(
        grades={"excellent": 12, "competent": 17, "basically_competent": 10, "incompetent": 8}, abstain=4, invalid=3
    ),
    dimensions={
        key: ItemCount(grades={"excellent": 10, "competent": 21, "incompetent": 16}, abstain=4, invalid=3)
        for key in Policy().appraisal.dimension_keys
    },
    issued=55,
    returned=54,
)
"""29 of 51 valid: 56.86 %, a failure."""


def poll() -> Play[GovernedState[PollState]]:
    """A poll that was counted, with an objection."""
    play = Play(GOVERNED[CaseKind.POLL], case_id="2025-P1", calendar=CALENDAR)
    item = PollItem(subject=POST.id, case_kind=ItemKind.APPRAISAL, case_id="2025-lys", entitled=60)
    play.act("2025-06-01", OpenPollCase(poll_id="P1", year=2025, date=date(2025, 6, 20), items=(item,)))
    play.act("2025-06-20", OpenPoll(present=55))
    play.act_now(ClosePoll())
    play.tell("2025-06-20", RecordCount(counts={POST.id: COUNT}))
    on_behalf = STAFF.model_copy(update={"on_behalf_of": "d1"})
    play.act("2025-06-23", ObjectToPoll(objection_id="Y1", reason="第三张票的记号看不清"), actor=on_behalf)
    play.act("2025-06-24", DecidePollObjection(objection_id="Y1", upheld=False, reason="经监票人复核，无误"))
    return play


def cases(numbers: Mapping[str, Number] | None = None) -> dict[CaseKind, CaseFile]:
    """An appraisal that failed, its poll, and the rectification up to its being overdue and reported late."""
    held = poll()
    result = held.state.inner.results[POST.id]
    appraisal = Play(GOVERNED[CaseKind.APPRAISAL], calendar=CALENDAR)
    appraisal.act("2025-03-03", OpenAppraisal(year=2025, subject=POST))
    appraisal.act("2025-04-01", SubmitReport())
    appraisal.act_now(RaiseQuestion(question_id="Q1", text="护林员的补助为何拖欠？", deputy="d1"))
    appraisal.act_now(RaiseQuestion(question_id="Q2", text="果园道路何时修好？", deputy="d2"))
    appraisal.act_now(AnswerQuestion(question_id="Q1", text="已于三月补发。"))
    appraisal.act_now(
        CommitToQuestion(question_id="Q2", measure="七月底前铺设砂石", owner="赵玥堃", due=date(2025, 7, 31))
    )
    appraisal.act("2025-04-02", ItemiseOpinion(opinion_id="Y1", text=OPINION))
    appraisal.act("2025-04-03", FileOpinions(number="镇纪备〔2025〕4号"))
    appraisal.act("2025-05-06", ReportImplementation(opinion_id="Y1"))
    appraisal.act("2025-05-08", CheckImplementation(opinion_id="Y1"))
    appraisal.act("2025-06-02", PutToPoll(poll_id="2025-P1"))
    appraisal.tell("2025-06-20", TakePollResult(poll_id="2025-P1", result=result))
    verdict: Verdict = result.verdict(Policy().appraisal)
    rectification = Play(GOVERNED[CaseKind.RECTIFICATION], calendar=CALENDAR)
    rectification.act("2025-06-20", OpenRectification(year=2025, subject=POST, failed=verdict))
    rectification.act("2025-06-23", ServeNotice())
    rectification.act("2025-07-02", SubmitPlan(text="一是清淤；\n二是补植。"))
    rectification.act("2025-09-01", AskExtension(months=1))
    rectification.act("2025-11-03", SubmitRectificationReport(text="清淤完成，补植 300 株。"))
    found: dict[CaseKind, Play[Any]] = {
        CaseKind.APPRAISAL: appraisal,
        CaseKind.POLL: held,
        CaseKind.RECTIFICATION: rectification,
    }
    return {
        kind: case_file(
            kind,
            play.case_id,
            play.recorded,
            town="城关镇",
            roster=ROSTER,
            policy=Policy(),
            calendar=CALENDAR,
            today=date(2025, 11, 5),
            numbers=numbers,
            words={Role.STAFF.value: "镇人大工作人员", Role.SYSTEM.value: "系统"},
        )
        for kind, play in found.items()
    }
