"""Each sees and does their part: role × case as a table, and the pages that hold to it."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from domain.acts import Actor, Role
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    OpenAppraisal,
    RaiseQuestion,
    RateAnswer,
    SubmitReport,
)
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import ChangeHead, OpenCycle, RegisterProposal
from domain.cases.governance_commands import AppointDelegate
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.cases.rectification.commands import OpenRectification
from domain.rules.proposal import Step
from domain.rules.tenure import Tenure
from domain.rules.verdict import Outcome, Verdict
from tests.web.conftest import Pages
from tests.web.deputies import POSTS, at_work, known, phone, with_roster
from tests.web.test_pages import TODAY, YEAR
from web.accounts.concern import Concern
from web.reading import CaseRow

ALL: set[Role] = {role for role in Role if role is not Role.SYSTEM}
STAFF, PRESIDIUM, PARTY, OFFICE = Role.STAFF, Role.PRESIDIUM, Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE
DEPUTY, HEAD, VILLAGE, LEADER, SCRUTINEER = (
    Role.DEPUTY,
    Role.HEAD,
    Role.VILLAGE,
    Role.TOWN_LEADER,
    Role.SCRUTINEER,
)
WHOLE = {STAFF, PRESIDIUM, PARTY}


def case(kind: CaseKind, stage: str, subject: str | None = None, *, open_: bool = True, ended: int = 0) -> CaseRow:
    """A case opened 100 days ago and, where it is over, closed so many days ago."""
    return CaseRow(
        kind=kind,
        case_id="c",
        year=YEAR,
        subject=subject,
        title="t",
        stage=stage,
        open=open_,
        outcome=None,
        due=None,
        opened_on=TODAY - timedelta(days=100),
        closed_on=None if open_ else TODAY - timedelta(days=ended),
        version=0,
        policy_version="",
    )


def held(subject: str, since: int | None = None, until: int | None = None) -> Tenure:
    """A tenure from so many days ago until so many."""

    def day(ago: int | None) -> date | None:
        return None if ago is None else TODAY - timedelta(days=ago)

    return Tenure(subject=subject, person="me", since=day(since), until=day(until))


def concern(*roles: Role) -> Concern:
    """Somebody who heads `mine` since 50 days, headed `once` until then, and whose village is 甲村."""
    tenures = (held("mine", since=50), held("once", until=51))
    return Concern(roles, "me", TODAY, tenures, frozenset({"甲村"}))


PROPOSAL, APPRAISAL, POLL = CaseKind.PROPOSAL, CaseKind.APPRAISAL, CaseKind.POLL
RECTIFICATION, ASSESSMENT, CYCLE = CaseKind.RECTIFICATION, CaseKind.ASSESSMENT, CaseKind.CYCLE
TABLE: list[tuple[CaseRow, set[Role]]] = [
    (case(CYCLE, "prior"), WHOLE | {OFFICE}),
    (case(PROPOSAL, "lead_review", "甲村"), WHOLE | {VILLAGE, LEADER}),
    (case(PROPOSAL, "lead_review", "乙村"), WHOLE),
    (case(PROPOSAL, "draft", "甲村"), WHOLE | {VILLAGE, LEADER}),
    (case(PROPOSAL, "deputies", "甲村"), WHOLE | {VILLAGE, LEADER, DEPUTY}),
    (case(PROPOSAL, "in_progress", "乙村"), WHOLE | {DEPUTY}),
    (case(PROPOSAL, "rejected", "乙村", open_=False), WHOLE),
    (case(APPRAISAL, "questions", "mine"), WHOLE | {OFFICE, DEPUTY, HEAD}),
    (case(APPRAISAL, "questions", "other"), WHOLE | {OFFICE, DEPUTY}),
    (case(APPRAISAL, "questions", "once"), WHOLE | {OFFICE, DEPUTY}),
    (case(APPRAISAL, "closed", "once", open_=False, ended=60), WHOLE | {OFFICE, DEPUTY, HEAD}),
    (case(APPRAISAL, "closed", "mine", open_=False, ended=60), WHOLE | {OFFICE, DEPUTY}),
    (case(RECTIFICATION, "rectifying", "mine"), WHOLE | {OFFICE, HEAD}),
    (case(RECTIFICATION, "rectifying", "other"), WHOLE | {OFFICE}),
    (case(RECTIFICATION, "awaiting_revote", "other"), WHOLE | {OFFICE, DEPUTY}),
    (case(RECTIFICATION, "closed", "other", open_=False), WHOLE | {OFFICE}),
    (case(POLL, "open"), WHOLE | {OFFICE, DEPUTY, SCRUTINEER}),
    (case(POLL, "counted", "mine", open_=False), WHOLE | {OFFICE, DEPUTY, SCRUTINEER, HEAD}),
    (case(ASSESSMENT, "scoring"), WHOLE | {OFFICE}),
    (case(ASSESSMENT, "publicity"), ALL - {SCRUTINEER}),
    (case(ASSESSMENT, "final", open_=False), ALL - {SCRUTINEER}),
]


@pytest.mark.parametrize(("row", "roles"), TABLE, ids=lambda each: getattr(each, "stage", ""))
def test_which_cases_are_whose(row: CaseRow, roles: set[Role]) -> None:
    assert {role for role in ALL if concern(role).may_see(row)} == roles
    assert Concern(None).may_see(row)


def test_an_act_takes_a_role_that_has_the_case() -> None:
    others = case(APPRAISAL, "questions", "other")
    both = concern(DEPUTY, HEAD)
    assert both.may_see(others)
    assert both.actor(others, AnswerQuestion) is None
    assert both.actor(others, RaiseQuestion) == Actor(id="me", role=DEPUTY)
    assert both.actor(case(APPRAISAL, "questions", "mine"), AnswerQuestion) == Actor(id="me", role=HEAD)
    assert concern(HEAD).actor(others, RateAnswer) is None


@pytest.mark.parametrize(
    ("stage", "roles"),
    [
        ("lead_review", {STAFF, LEADER}),
        ("party_preliminary", {STAFF, PARTY}),
        ("deputies", {STAFF, PRESIDIUM}),
        ("village_meeting", {STAFF, VILLAGE}),
        ("final_approval", {STAFF, PARTY, LEADER}),
        ("draft", {STAFF}),
    ],
)
def test_a_proposal_is_decided_by_the_body_at_its_step(stage: str, roles: set[Role]) -> None:
    row = case(PROPOSAL, stage, "甲村")
    assert {role for role in ALL if concern(role).actor(row, DecideStep) is not None} == roles


def test_a_village_registers_its_own_proposals_and_does_nothing_else_in_the_year() -> None:
    year = case(CYCLE, "prior")
    assert concern(VILLAGE).actor(year, RegisterProposal) is not None
    assert concern(VILLAGE).actor(year, OpenCycle) is None
    assert concern(DEPUTY).actor(year, RegisterProposal) is None


async def town(pages: Pages) -> None:
    """Two appraisals with reports, a rectification of each, a proposal of each of two villages."""
    await with_roster(at_work(pages))
    await pages.record(CYCLE, str(YEAR), OpenCycle(year=YEAR, subjects=POSTS, deputies=2))
    for post in POSTS:
        case_id = f"{YEAR}-{post.id}"
        await pages.record(APPRAISAL, case_id, OpenAppraisal(year=YEAR, subject=post))
        await pages.record(APPRAISAL, case_id, SubmitReport())
        await pages.record(APPRAISAL, case_id, RaiseQuestion(question_id="q1", text=f"{post.name}的水渠", deputy="d01"))
        failed = Verdict(verdict=Outcome.FAIL)
        await pages.record(RECTIFICATION, case_id, OpenRectification(year=YEAR, subject=post, failed=failed))
    for number, village in (("T1", "甲村"), ("T2", "乙村")):
        draft = SubmitProposal(proposal_id=number, year=YEAR, village=village, title="道路硬化", deputies=2)
        await pages.record(PROPOSAL, f"{YEAR}-{number}", draft)


async def statuses(client: httpx.AsyncClient, *paths: str) -> list[int]:
    return [(await client.get(path)).status_code for path in paths]


async def test_a_head_sees_and_answers_for_their_own_post_alone(pages: Pages) -> None:
    await town(pages)
    async with phone(pages) as client:
        await known(pages, client, "h01", HEAD)
        assert (await client.get("/")).headers["location"] == "/mine"
        mine = (await client.get("/mine")).text
        assert "林业站的水渠" in mine
        assert f"/cases/appraisal/{YEAR}-lyz/do/answer_question?question_id=q1" in mine
        assert "水利站" not in mine
        assert "甲村" not in mine
        assert "水利站" not in (await client.get("/todo")).text
        own, other = f"{YEAR}-lyz", f"{YEAR}-slz"
        assert await statuses(client, f"/cases/appraisal/{own}", f"/cases/rectification/{own}") == [200, 200]
        assert (
            await statuses(
                client,
                f"/cases/appraisal/{other}",
                f"/cases/rectification/{other}",
                f"/cases/appraisal/{other}/do/answer_question",
                f"/cases/proposal/{YEAR}-T1",
                f"/cases/cycle/{YEAR}",
            )
            == [404] * 5
        )
        assert await statuses(client, "/rectifications") == [403]
        before = await pages.store.read_stream("test-town", f"appraisal-{other}")
        page = await client.get(f"/cases/appraisal/{own}/do/answer_question?question_id=q1")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        form = {"form_token": token, "question_id": "q1", "text": "已修", "press": "do"}
        assert (await client.post(f"/cases/appraisal/{other}/do/answer_question", data=form)).status_code == 404
        assert await pages.store.read_stream("test-town", f"appraisal-{other}") == before
        done = await client.post(f"/cases/appraisal/{own}/do/answer_question", data=form)
        assert done.headers["location"] == f"/cases/appraisal/{own}?done=answer_question"


async def test_a_delegate_acts_for_the_head_in_that_case_and_no_other(pages: Pages) -> None:
    await town(pages)
    case_id = f"{YEAR}-lyz"
    appointed = AppointDelegate(
        principal="h01", delegate="h09", from_=TODAY, until=TODAY + timedelta(days=9), reason="出差"
    )
    await pages.record(APPRAISAL, case_id, appointed)
    async with phone(pages) as client:
        await known(pages, client, "h09", HEAD)
        assert await statuses(client, f"/cases/appraisal/{case_id}", f"/cases/rectification/{case_id}") == [200, 404]
        form = f"/cases/appraisal/{case_id}/do/answer_question"
        token = (await client.get(form)).text.split('name="form_token" value="')[1].split('"')[0]
        done = await client.post(form, data={"form_token": token, "question_id": "q1", "text": "已修", "press": "do"})
        assert done.status_code == 303
    recorded = (await pages.store.read_stream("test-town", f"appraisal-{case_id}"))[-1]
    assert recorded.metadata.actor == Actor(id="h09", role=HEAD, on_behalf_of="h01")


async def test_a_new_head_that_the_year_records_has_the_case_and_the_earlier_one_no_more(pages: Pages) -> None:
    await town(pages)
    change = ChangeHead(subject="lyz", responsible="h05", from_=TODAY)
    await pages.record(CYCLE, str(YEAR), change)
    for person, status in (("h05", 200), ("h01", 404)):
        async with phone(pages) as client:
            await known(pages, client, person, HEAD)
            assert await statuses(client, f"/cases/rectification/{YEAR}-lyz") == [status]


async def test_a_village_sees_its_own_proposals_and_registers_no_other_villages(pages: Pages) -> None:
    await town(pages)
    async with phone(pages) as client:
        await known(pages, client, "v1", VILLAGE, villages="甲村")
        mine = (await client.get("/mine")).text
        assert ("议案 甲村" in mine, "议案 乙村" in mine) == (True, False)
        assert await statuses(client, f"/cases/proposal/{YEAR}-T1", f"/cases/proposal/{YEAR}-T2") == [200, 404]
        form = f"/cases/cycle/{YEAR}/do/register_proposal"
        assert form in mine
        token = (await client.get(form)).text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "proposal_id": "T9", "title": "打井", "press": "do"}
        refused = await client.post(form, data={**fields, "village": "乙村"})
        assert (refused.status_code, "只能登记本村" in refused.text) == (422, True)
        done = await client.post(form, data={**fields, "village": "甲村"})
        assert done.headers["location"] == "/mine?done=register_proposal"


async def test_a_leader_and_the_party_committee_decide_at_their_step(pages: Pages) -> None:
    await town(pages)
    decide = f"/cases/proposal/{YEAR}-T1/do/decide_step"
    async with phone(pages) as leader, phone(pages) as party:
        await known(pages, leader, "l1", LEADER, villages="甲村")
        await known(pages, party, "p1", PARTY)
        assert f"{decide}?step=lead_review" in (await leader.get("/mine")).text
        assert f"/cases/proposal/{YEAR}-T2" not in (await leader.get("/mine")).text
        assert await statuses(party, decide) == [403]
        await pages.record(PROPOSAL, f"{YEAR}-T1", DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
        assert f"{decide}?step=party_preliminary" in (await party.get("/mine")).text
        assert await statuses(leader, decide) == [403]


async def test_a_deputy_reads_no_criticism(pages: Pages) -> None:
    await town(pages)
    async with phone(pages) as client:
        await known(pages, client, "d01", DEPUTY)
        assert await statuses(client, f"/cases/rectification/{YEAR}-lyz", f"/cases/proposal/{YEAR}-T1") == [404, 404]
        assert await statuses(client, f"/cases/appraisal/{YEAR}-lyz") == [200]
