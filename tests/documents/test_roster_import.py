"""The roster from Excel: what a good file says, and what it would change."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import yaml

from documents.roster_import import ChangeKind, import_roster
from documents.roster_import.columns import DEPUTIES as DEPUTY_SHEET
from documents.roster_import.preview import Preview
from domain.acts import Actor, Role
from domain.events import Metadata, Recorded
from domain.faults import Invalid
from domain.roster.roster import Roster
from domain.roster.state import RosterState
from tests.documents.books import CURRENT, DEPUTIES, TODAY, accepted, book

STAFF = Actor(id="u1", role=Role.STAFF)
ROOT = Path(__file__).parents[2]


def entered(preview: Preview, state: RosterState, *, retire_missing: bool) -> RosterState:
    """The roster after the acts of a preview."""
    roster = Roster()
    for event in roster.decide(state, preview.act(retire_missing=retire_missing), STAFF, TODAY):
        recorded = Recorded(
            event_id=UUID(int=1),
            stream="roster",
            version=0,
            position=1,
            event=event,
            metadata=Metadata(actor=STAFF, command_id="c", business_time="2026-03-02T12:00:00+08:00"),
        )
        state = roster.evolve(state, recorded)
    return state


def test_a_file_is_read_as_it_was_filled_in(tmp_path: Path) -> None:
    roster = accepted(tmp_path, book()).roster
    assert roster.deputies is not None
    assert roster.subjects is not None
    assert [(each.id, each.name, each.group) for each in roster.deputies] == [row[:3] for row in DEPUTIES]
    assert (roster.deputies[0].identity_number, roster.deputies[0].phone) == ("11010519491231002X", "13800138000")
    assert [(post.id, post.kind.value, post.responsible) for post in roster.subjects] == [
        ("czs", "station", "陈润田"),
        ("tjh_zs", "village_secretary", "d01"),
    ]


def test_the_preview_names_what_is_new_changed_and_missing(tmp_path: Path) -> None:
    preview = accepted(tmp_path, book(), CURRENT)
    assert [(change.kind.value, change.id, change.details) for change in preview.changes] == [
        ("新增", "d02", ("代表小组：城区代表小组",)),
        ("新增", "tjh_zs", ("类别：村支书", "负责人：王建国")),
        ("变更", "d01", ("代表小组：河滩代表小组 → 城区代表小组",)),
        ("变更", "czs", ("负责人：张耀东 → 陈润田",)),
        ("停用", "d09", ()),
        ("停用", "lyz", ()),
    ]
    assert preview.unchanged == 0


def test_the_acts_of_a_preview_make_the_roster_what_it_shows(tmp_path: Path) -> None:
    state = entered(accepted(tmp_path, book(), CURRENT), CURRENT, retire_missing=True)
    assert {deputy.id: deputy.group for deputy in state.active_deputies} == {
        "d01": "城区代表小组",
        "d02": "城区代表小组",
    }
    assert {post.id: post.responsible for post in state.posts(TODAY)} == {"czs": "陈润田", "tjh_zs": "d01"}
    assert state.recused("tjh_zs", TODAY) == {"d01"}
    again = accepted(tmp_path, book(), state)
    assert (again.changes, again.unchanged) == ((), 4)


def test_who_is_missing_stays_unless_it_is_said(tmp_path: Path) -> None:
    state = entered(accepted(tmp_path, book(), CURRENT), CURRENT, retire_missing=False)
    assert {"d09", "d01", "d02"} == {deputy.id for deputy in state.active_deputies}


def test_a_file_of_deputies_alone_leaves_the_subjects_untouched(tmp_path: Path) -> None:
    preview = accepted(tmp_path, book(subjects=None), CURRENT)
    assert [change.id for change in preview.of(ChangeKind.MISSING)] == ["d09"]
    act = preview.act(retire_missing=True)
    assert (act.retired_deputies, act.retired_subjects) == (("d09",), ())
    assert {subject for subject, _ in entered(preview, CURRENT, retire_missing=True).subjects.items()} == {"czs", "lyz"}


def test_heads_of_a_file_of_subjects_alone_are_found_in_the_roster(tmp_path: Path) -> None:
    preview = accepted(tmp_path, book(deputies=None), CURRENT)
    assert preview.roster.subjects is not None
    assert preview.roster.subjects[1].responsible == "d01"


def test_only_the_wanted_sheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    book(subjects=[("czs", "", "没有这类", "")]).save(path)
    result = import_roster(path, RosterState(), TODAY, sheets=(DEPUTY_SHEET,))
    assert isinstance(result, Preview)
    assert result.roster.subjects is None


def test_who_returns_is_restored(tmp_path: Path) -> None:
    gone = RosterState(
        deputies={"d02": CURRENT.deputies["d01"].model_copy(update={"id": "d02", "name": "李四"})},
        retired_deputies=frozenset({"d02"}),
    )
    changes = accepted(tmp_path, book(subjects=None), gone).of(ChangeKind.CHANGED)
    assert changes[0].details[0] == "恢复代表资格"


def test_blanks_titles_and_example_rows_are_passed_over(tmp_path: Path) -> None:
    made = book()
    sheet = made["代表"]
    sheet.insert_rows(1)
    sheet["A1"] = "城关镇代表名册"
    sheet["B2"] = " 姓　名 *"
    sheet.append(["示例1", "张三", "", "未知", "123", 5])
    for _ in range(50):
        sheet.append(["", " ", "　", None, "\u200b"])
    sheet.append(["d03", " 赵　六 ", "河滩代表小组 ", "", " 110105 19491231 002x", None])
    sheet["E4"] = None
    sheet["E3"] = None
    preview = accepted(tmp_path, made)
    assert preview.roster.deputies is not None
    assert [deputy.name for deputy in preview.roster.deputies] == ["王建国", "李四", "赵六"]
    assert preview.roster.deputies[2].identity_number == "11010519491231002X"
    assert preview.notices == ("代表：1 行示例没有导入",)


def test_whole_numbers_may_be_codes(tmp_path: Path) -> None:
    preview = accepted(tmp_path, book([(1, "王建国", "一组"), (2.0, "李四", "一组")], None))
    assert preview.roster.deputies is not None
    assert [deputy.id for deputy in preview.roster.deputies] == ["1", "2"]


def test_what_is_odd_but_not_wrong_is_noticed(tmp_path: Path) -> None:
    rows = [("d1", "王建国", "一组", "", "", "13800138000"), ("d2", "王建国", "二组", "", "", "13800138000")]
    made = book(rows, None)
    made["代表"]["G1"] = "备注"
    assert accepted(tmp_path, made).notices == (
        "代表：“备注”列不在模板中，不导入",
        "代表：姓名“王建国”出现 2 次（B2、B3），请核对是否同一人",
        "代表：手机号“13800138000”出现 2 次（F2、F3），请核对是否同一人",
    )


def test_an_old_xls_file_is_read_and_its_faults_are_named() -> None:
    result = import_roster(Path(__file__).parent / "roster.xls", RosterState(), TODAY)
    assert isinstance(result, Invalid)
    assert [fault.path for fault in result.faults] == ["代表!E4"]
    assert "数字格式" in result.faults[0].message


def test_ten_thousand_rows_are_read_whole(tmp_path: Path) -> None:
    rows = [
        (f"d{number}", f"代表{number}号", f"第{number % 40}小组", "男", "", f"139{number:08d}")
        for number in range(10_000)
    ]
    preview = accepted(tmp_path, book(rows, None))
    assert len(preview.changes) == 10_000


def test_the_sample_town_is_its_own_roster_file() -> None:
    town = yaml.safe_load((ROOT / "examples" / "town.yaml").read_text(encoding="utf-8"))
    result = import_roster(ROOT / "examples" / "roster.xlsx", RosterState(), TODAY)
    assert isinstance(result, Preview)
    assert result.roster.deputies is not None
    assert result.roster.subjects is not None
    assert [each.deputy.model_dump() for each in result.roster.deputies] == town["deputies"]
    assert [post.model_dump(mode="json") for post in result.roster.subjects] == town["posts"]
