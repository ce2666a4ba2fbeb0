"""The policy document: defaults, exact round trips, a stable version, and every fault with its line."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.faults import Invalid
from domain.faults_of import faults_of
from domain.policy.assessment import Method
from domain.policy.document import Policy
from domain.policy.loading import load_policy, read_policy
from domain.policy.values import parse_rate, parse_score

DEFAULT = Policy()


def faults(text: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(Invalid) as caught:
        load_policy(text)
    return [(fault.path, fault.line, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "appraisal: {}\nveto: {}\n"])
def test_what_is_left_out_has_its_default(text: str) -> None:
    assert load_policy(text) == DEFAULT


def test_the_defaults_are_those_of_the_rules() -> None:
    document = DEFAULT.document()
    assert document["appraisal"] == {
        "order": "after_implementation",
        "grades": [
            {"key": "excellent", "name": "优秀"},
            {"key": "competent", "name": "称职"},
            {"key": "basically_competent", "name": "基本称职"},
            {"key": "incompetent", "name": "不称职"},
        ],
        "dimensions": [
            {"key": "thought", "name": "思想品德"},
            {"key": "ability", "name": "工作能力"},
            {"key": "style", "name": "工作作风"},
            {"key": "achievement", "name": "工作实绩"},
            {"key": "integrity", "name": "廉洁自律"},
        ],
        "passing_grades": ["excellent", "competent"],
        "denominator": "valid",
        "pass_rate": "3/5",
        "sensitivity_warning": True,
        "quorum": "more_than_half",
        "more_returned_than_issued": "void",
        "blank_row": "abstention",
        "overall_from": "overall",
        "recusal": True,
        "minimum_group": 3,
    }
    assert document["rectification"] == {
        "plan_days": 15,
        "extension": {"times": 1, "months": 1, "total_months": 6},
        "months": 3,
        "lights": 7,
        "reminders": [30, 7, 1, 0],
        "filing_days": 5,
        "revote": True,
    }
    assert document["assessment"] == {
        "tables": [
            {"key": "work", "name": "业务工作", "full": "100/1", "items": []},
            {"key": "party", "name": "党建廉政", "full": "100/1", "items": []},
        ],
        "methods": {"reports": "1/10", "documents": "1/5", "site": "2/5", "opinion": "3/10"},
        "scorers": {"drop_extremes_from": 5},
        "bonus_cap": "5/1",
        "groups": "by_kind",
        "minimum_group": 3,
        "tie_break": ["opinion", "site", "documents"],
        "tie_for_last": "by_hand",
        "publicity_days": 5,
    }
    assert document["veto"] == {
        "streak": 3,
        "follows": "unit_and_person",
        "missing_year": "breaks",
        "part_year_months": 6,
    }
    assert document["proposal"] == {"step_days": 10, "reminders": [3, 1, 0]}


def test_equal_policies_have_one_version_however_they_are_written() -> None:
    one = load_policy('appraisal: {pass_rate: "60%", passing_grades: [称职, excellent]}')
    other = load_policy("appraisal:\n  passing_grades: [excellent, competent]\n  pass_rate: 3/5\n")
    assert one == other == DEFAULT
    assert one.version == other.version == DEFAULT.version
    assert len(DEFAULT.version) == 16
    assert int(DEFAULT.version, 16) >= 0


def test_any_change_changes_the_version() -> None:
    versions = {
        load_policy(text).version
        for text in ("", "appraisal: {pass_rate: 60.01%}", "veto: {streak: 2}", "rectification: {reminders: [7]}")
    }
    assert len(versions) == 4


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("60%", Fraction(3, 5)),
        ("3/5", Fraction(3, 5)),
        ("60.5 %", Fraction(121, 200)),
        ("60％", Fraction(3, 5)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
        ("6/10", Fraction(3, 5)),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_rates_as_people_write_them(written: Any, rate: Fraction) -> None:
    assert parse_rate(written) == rate


@pytest.mark.parametrize(
    "written", [0.6, 60, 1, 0, True, None, "60", "0.6", "101%", "-1%", "6/5", "-1/5", "1/0", "abc", "", "60%%", [60]]
)
def test_what_is_not_a_rate(written: Any) -> None:
    with pytest.raises(ValueError, match=r"比率|分数"):
        parse_rate(written)


@pytest.mark.parametrize(
    ("written", "score"),
    [(85, Fraction(85)), (85.1, Fraction(851, 10)), ("85.10", Fraction(851, 10)), ("171/2", Fraction(171, 2))],
)
def test_scores_are_read_as_the_decimals_that_were_written(written: Any, score: Fraction) -> None:
    assert parse_score(written) == score


@pytest.mark.parametrize("written", [float("nan"), float("inf"), "NaN", "1e999999999", "八十", None, True, [1]])
def test_what_is_not_a_score(written: Any) -> None:
    with pytest.raises(ValueError, match="分数"):
        parse_score(written)


def test_all_faults_are_named_at_once_with_path_and_line() -> None:
    text = """\
appraisal:
  pass_rate: 0.6
  pasing_grades: [competent]
  quorum: half
  minimum_group: "3"
rectification:
  months: 7
  reminders: [7, 7]
assessment:
  methods: {reports: 10%, documents: 20%, site: 40%, opinion: 40%}
veto:
  streak: 0
filing_days: 5
"""
    found = {path: (line, message) for path, line, message in faults(text)}
    assert {path: line for path, (line, _) in found.items()} == {
        "appraisal.pass_rate": 2,
        "appraisal.pasing_grades": 3,
        "appraisal.quorum": 4,
        "appraisal.minimum_group": 5,
        "rectification.months": 7,
        "rectification.reminders": 8,
        "assessment.methods": 10,
        "veto.streak": 12,
        "filing_days": 13,
    }
    assert "小数" in found["appraisal.pass_rate"][1]
    assert "passing_grades" in found["appraisal.pasing_grades"][1]
    assert "more_than_half、two_thirds" in found["appraisal.quorum"][1]
    assert "整数" in found["appraisal.minimum_group"][1]
    assert "110%" in found["assessment.methods"][1]
    assert "rectification.filing_days" in found["filing_days"][1]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ('appraisal: {pass_rate: "101%"}', "appraisal.pass_rate", "不在 0% 至 100% 之间"),
        ("appraisal: {passing_grades: [superb]}", "appraisal.passing_grades", "不在等次表中"),
        ("appraisal: {passing_grades: []}", "appraisal.passing_grades", "至少要有 1 项"),
        (
            "appraisal: {grades: [{key: good, name: 好}, {key: bad, name: 差}]}",
            "appraisal.passing_grades",
            "不在等次表中",
        ),
        ("appraisal: {grades: [优秀, 优秀]}", "appraisal.grades", "重复"),
        ("appraisal: {grades: [{key: abstain, name: 弃权}, 优秀]}", "appraisal.grades", "另有含义"),
        ("appraisal: {grades: [{name: 好}, 优秀]}", "appraisal.grades[0].key", "缺少"),
        ("appraisal: {dimensions: [], overall_from: every_dimension}", "appraisal.overall_from", "没有测评项目"),
        ("appraisal: {more_returned_than_issued: ignore}", "appraisal.more_returned_than_issued", "void"),
        ("appraisal: {recusal: 是}", "appraisal.recusal", "true 或 false"),
        ("appraisal: [60%]", "appraisal", "一组键值"),
        ("rectification: {extension: {total_months: 9}}", "rectification.extension.total_months", "不能大于 6"),
        ("rectification: {extension: {months: 0}}", "rectification.extension.months", "不能小于 1"),
        ("rectification: {plan_days: 2025-01-01}", "rectification.plan_days", "整数"),
        ("assessment: {tables: []}", "assessment.tables", "至少要有 1 项"),
        ("assessment: {tables: [{key: work, name: 业务, full: 0}]}", "assessment.tables[0].full", "大于 0"),
        ("assessment: {bonus_cap: -1}", "assessment.bonus_cap", "不能小于 0"),
        ("assessment: {tie_break: [opinion, opinion]}", "assessment.tie_break", "重复"),
        ("veto: {part_year_months: 13}", "veto.part_year_months", "不能大于 12"),
        ("proposal: {step_days: true}", "proposal.step_days", "整数"),
        ("ballot: {mode: email}", "ballot.mode", "paper、phones、mixed"),
        ("[]", "（全文）", "一组键值"),
        ("veto: {streak: 3", "（全文）", "YAML 格式错误"),
        ("veto: {streak: 3}\nveto: {streak: 2}", "veto", "重复的键"),
    ],
)
def test_each_fault_says_where_and_what(text: str, path: str, words: str) -> None:
    [(found_path, line, message)] = faults(text)
    assert found_path == path
    assert words in message
    assert line is not None


def test_an_unreadable_value_is_reported_beside_the_other_faults() -> None:
    found = faults("rectification:\n  months: 2025-02-30\nveto:\n  streak: 0\n")
    assert [(path, line) for path, line, _ in found] == [("rectification.months", 2), ("veto.streak", 4)]


def test_a_score_sheets_items_fill_its_table() -> None:
    text = (
        "assessment: {{tables: [{{key: work, name: 业务, full: 100, items: [{{key: roads, name: 道路, full: {}}}]}}]}}"
    )
    assert load_policy(text.format(100)).assessment.tables[0].items[0].full == 100
    [(path, _, message)] = faults(text.format(90))
    assert (path, message) == ("assessment.tables[0]", "各项目满分之和不等于计分表满分")


def test_the_policy_of_a_larger_document_has_its_prefix_and_lines() -> None:
    with pytest.raises(Invalid) as caught:
        read_policy({"veto": {"streak": "x"}}, lambda path: len(path), prefix=("policy",))
    [fault] = caught.value.faults
    assert (fault.path, fault.line) == ("policy.veto.streak", 3)
    assert str(fault) == "第 3 行 policy.veto.streak：应为整数，不能是 “x”"


def test_branches_of_unions_do_not_show_in_paths() -> None:
    class Number(BaseModel):
        value: int | list[int]

    data = {"value": "x"}
    with pytest.raises(ValidationError) as caught:
        Number.model_validate(data)
    assert {fault.path for fault in faults_of(caught.value, model=Number, data=data)} == {"value"}


def test_a_policy_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DEFAULT.veto.streak = 2  # type: ignore[misc]


@st.composite
def weights(draw: st.DrawFn) -> dict[str, str]:
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=3, max_size=3)))
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 1000], strict=True)]
    return {method: f"{part}/1000" for method, part in zip(Method, parts, strict=True)}


documents = st.fixed_dictionaries(
    {},
    optional={
        "appraisal": st.fixed_dictionaries(
            {},
            optional={
                "pass_rate": st.fractions(0, 1).map(lambda rate: f"{rate.numerator}/{rate.denominator}"),
                "passing_grades": st.lists(
                    st.sampled_from(["优秀", "competent", "basically_competent"]), min_size=1, unique=True
                ),
                "denominator": st.sampled_from(["valid", "returned", "entitled"]),
                "recusal": st.booleans(),
            },
        ),
        "rectification": st.fixed_dictionaries(
            {},
            optional={"months": st.integers(1, 6), "reminders": st.lists(st.integers(0, 90), unique=True, max_size=30)},
        ),
        "assessment": st.fixed_dictionaries(
            {}, optional={"methods": weights(), "bonus_cap": st.decimals(0, 100, places=2).map(str)}
        ),
        "veto": st.fixed_dictionaries({}, optional={"streak": st.integers(1, 9)}),
    },
)


@given(documents)
def test_a_policy_survives_json_and_yaml_exactly(document: dict[str, Any]) -> None:
    policy = read_policy(document)
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    again = load_policy(json.dumps(policy.document(), ensure_ascii=False))
    assert again == policy
    assert again.version == policy.version
