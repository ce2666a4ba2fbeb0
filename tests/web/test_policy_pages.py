"""The policy by pages: every key explained, a draft tried on a recorded year by the rules, adopted once it was seen."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import SYSTEM
from domain.cases.appraisal.commands import OpenAppraisal, PutToPoll, SubmitReport
from domain.cases.assessment.commands import EnterScores, OpenAssessment, PublishRanking
from domain.cases.case import CaseKind
from domain.cases.poll.result import TakePollResult
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from domain.faults import Invalid
from domain.policy.assessment import Method
from domain.policy.document import Policy
from domain.roster.books import POLICY
from domain.roster.posts import Post, SubjectKind
from domain.roster.standing import PolicyState
from eventstore.books import read_book
from tests.cases.examples import FAILED, LYS, counted
from tests.web.books import Town
from tests.web.books import town as town
from tests.web.conftest import TOWN
from web.policy.keys import KEYS
from web.policy.values import read_form, written_policy

DEFAULT = written_policy(Policy())


def leaves(document: Any, above: str = "") -> set[str]:
    if not isinstance(document, dict):
        return {above.removeprefix(".")}
    return {leaf for key, value in document.items() for leaf in leaves(value, f"{above}.{key}")}


def test_every_key_is_explained_and_no_other() -> None:
    assert leaves(Policy().document()) == set(KEYS)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("appraisal.grades", "good 好\ncompetent\nbad 差"),
        ("assessment.tables", "work 业务工作 60\n- a 甲 项 20.5\n- b 乙 39.5\nparty 党建廉政 100"),
        ("rectification.reminders", "10、5, 1"),
        ("appraisal.pass_rate", "2/3"),
        ("assessment.bonus_cap", "2.5"),
        ("assessment.tie_break", "看资料，民意测评"),
    ],
)
def test_what_a_form_says_is_read_and_written_again(path: str, text: str) -> None:
    form = {**DEFAULT, path: text} | ({"appraisal.passing_grades": "好"} if path == "appraisal.grades" else {})
    policy = read_form(form)
    assert policy != Policy()
    assert read_form(written_policy(policy)) == policy


@given(path=st.sampled_from(sorted(KEYS)), text=st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_form_is_a_policy_or_is_refused(path: str, text: str) -> None:
    try:
        policy = read_form({**DEFAULT, path: text})
    except Invalid:
        return
    assert read_form(written_policy(policy)) == policy


async def recorded_year(town: Town) -> int:
    """A verdict of 35 in 60, a notice served, a ranking of three in which the last is last by little."""
    today = town.site.today()
    year, on = today.year, today - timedelta(days=20)
    appraisal, case = CaseKind.APPRAISAL, f"{today.year}-lys"
    result = counted(f"{year}-P1", on.isoformat(), passing=35, failing=25)
    await town.record(appraisal, case, OpenAppraisal(year=year, subject=LYS, on=on))
    await town.record(appraisal, case, SubmitReport(on=on))
    await town.record(appraisal, case, PutToPoll(poll_id=f"{year}-P1", on=on))
    await town.record(appraisal, case, TakePollResult(poll_id=f"{year}-P1", result=result), SYSTEM)
    opening = OpenRectification(year=year, subject=LYS, failed=FAILED, on=on)
    await town.record(CaseKind.RECTIFICATION, case, opening, SYSTEM)
    await town.record(CaseKind.RECTIFICATION, case, ServeNotice(on=on))
    posts = tuple(Post(id=key, name=f"{key}站", kind=SubjectKind.STATION, responsible=key) for key in "abc")
    assessment = CaseKind.ASSESSMENT
    await town.record(assessment, str(year), OpenAssessment(year=year, subjects=posts))
    for post, opinion in zip(posts, (90, 80, 70), strict=True):
        for table in ("work", "party"):
            for method in Method:
                mark = opinion if method is Method.OPINION else 170 - opinion
                act = EnterScores(subject=post.id, table=table, method=method, marks=(Fraction(mark),))
                await town.record(assessment, str(year), act)
    await town.record(assessment, str(year), PublishRanking())
    return year


async def policies(town: Town) -> PolicyState:
    return await read_book(town.store, TOWN, POLICY)


async def test_a_draft_is_tried_on_the_recorded_year_and_then_adopted(town: Town) -> None:
    year = await recorded_year(town)
    draft = {
        **DEFAULT,
        "appraisal.pass_rate": "55%",
        "rectification.months": "2",
        "assessment.methods.opinion": "70%",
        "assessment.methods.site": "0%",
        "year": str(year),
    }
    page = (await town.client.post("/policy/draft", data=draft)).text
    assert "不合格，35/60 = 58.33%" in page
    assert "<b>合格，35/60 = 58.33%" in page
    assert "测评结论：1 项会不同" in page
    assert "排名：3 项会不同" in page
    assert "林业站的整改期限" in page
    assert (await policies(town)).adopted == ()
    unseen = await town.client.post("/policy/draft", data={**draft, "step": "adopt"})
    assert (unseen.status_code, "请先看过" in unseen.text) == (422, True)
    assert (await policies(town)).adopted == ()
    seen = re.search(r'name="seen" value="([0-9a-f]{16})"', unseen.text)
    assert seen is not None
    other = {**draft, "step": "adopt", "seen": seen[1], "appraisal.pass_rate": "50%"}
    assert (await town.client.post("/policy/draft", data=other)).status_code == 422
    adopted = await town.client.post("/policy/draft", data={**draft, "step": "adopt", "seen": seen[1], "note": "决议"})
    assert adopted.status_code == 303
    assert (await policies(town)).current.appraisal.pass_rate == Fraction(55, 100)
    shown = (await town.client.get("/policy")).text
    assert "60% → 55%" in shown
    assert "决议" in shown


async def test_the_same_policy_changes_nothing_and_a_wrong_one_is_named_at_its_key(town: Town) -> None:
    await recorded_year(town)
    headers = {"x-part": "what-if"}
    part = (await town.client.post("/policy/draft", data=DEFAULT, headers=headers)).text
    assert "结果都一样" in part
    assert "<html" not in part
    wrong = {**DEFAULT, "rectification.months": "7", "appraisal.pass_rate": "六成"}
    answer = await town.client.post("/policy/draft", data=wrong)
    assert answer.status_code == 422
    assert "整改期 7 个月超过总期限" in answer.text
    assert "“六成”不是比率" in answer.text
    other_scale = {**DEFAULT, "appraisal.grades": "good 好\nbad 差", "appraisal.passing_grades": "好"}
    answer = await town.client.post("/policy/draft", data=other_scale)
    assert "不能试算" in answer.text
