"""What no single cell shows: duplicates in the file and against the roster, and heads who are deputies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from documents.roster_import.columns import KINDS_BY_NAME, NOT_A_DEPUTY, SheetSpec
from documents.roster_import.faults import address, cell_fault
from documents.roster_import.heading import Heading
from documents.roster_import.rows import Record
from domain.faults import Fault
from domain.roster.state import RosterState


class Filled(NamedTuple):
    """A sheet's rows with the place of its columns."""

    spec: SheetSpec
    heading: Heading
    records: list[Record]

    def fault(self, record: Record, key: str, message: str) -> Fault:
        """A fault of one cell; of the row's first one where the file has no such column."""
        column = self.heading.columns.get(key, self.heading.columns[self.spec.columns[0].key])
        return cell_fault(self.spec.name, record.row, column, message)

    def cell(self, record: Record, key: str) -> str:
        """A cell's name."""
        return address(record.row, self.heading.columns[key])


def repeated(filled: Filled, key: str, what: str) -> Iterator[Fault]:
    """Values that must be different in every row."""
    first: dict[str, Record] = {}
    for record in filled.records:
        value = record.values[key]
        if value and value in first:
            yield filled.fault(record, key, f"{what}“{value}”与 {filled.cell(first[value], key)} 重复")
        elif value:
            first[value] = record


def repeated_notices(filled: Filled, key: str, what: str) -> Iterator[str]:
    """Values that may be alike but seldom are."""
    rows: dict[str, list[str]] = {}
    for record in filled.records:
        if value := record.values[key]:
            rows.setdefault(value, []).append(filled.cell(record, key))
    for value, cells in rows.items():
        if len(cells) > 1:
            yield f"{filled.spec.name}：{what}“{value}”出现 {len(cells)} 次（{'、'.join(cells)}），请核对是否同一人"


def deputy_faults(filled: Filled, current: RosterState) -> Iterator[Fault]:
    """Deputies twice, in the file or beside the roster."""
    yield from repeated(filled, "id", "代表编号")
    yield from repeated(filled, "identity_number", "身份证号")
    known = {(deputy.name, deputy.group): deputy.id for deputy in current.active_deputies}
    yield from _renumbered(
        filled,
        lambda record: (record.values["name"], record.values["group"]),
        known,
        current.deputies,
        "姓名和代表小组与名册中的代表 {old} 相同",
    )


def subject_faults(filled: Filled, current: RosterState) -> Iterator[Fault]:
    """Posts twice, in the file or beside the roster."""
    yield from repeated(filled, "id", "对象编号")
    first: dict[tuple[str, str], Record] = {}
    for record in filled.records:
        post = (record.values["name"], record.values["kind"])
        if all(post) and first.setdefault(post, record) is not record:
            message = f"名称和类别与 {filled.cell(first[post], 'name')} 相同，同一对象只能填一次"
            yield filled.fault(record, "name", message)
    known = {
        (subject.name, subject.kind.value): key
        for key, subject in current.subjects.items()
        if key not in current.retired_subjects
    }
    yield from _renumbered(filled, _post, known, current.subjects, "名称和类别与名册中的 {old} 相同")


def _post(record: Record) -> tuple[str, str]:
    kind = KINDS_BY_NAME.get(record.values["kind"])
    return record.values["name"], kind.value if kind else ""


def _renumbered(
    filled: Filled,
    sameness: Callable[[Record], tuple[str, str]],
    known: Mapping[tuple[str, str], str],
    all_ids: Mapping[str, object],
    what: str,
) -> Iterator[Fault]:
    """New numbers for somebody or something that the roster has under another one, which the file does not list."""
    listed = {record.values["id"] for record in filled.records}
    for record in filled.records:
        old = known.get(sameness(record))
        if old is not None and record.values["id"] not in all_ids and old not in listed and record.values["id"]:
            yield filled.fault(record, "id", f"{what.format(old=old)}，请沿用编号 {old}；编号一经编定不再改变")


def head_faults(filled: Filled, names: Mapping[str, str]) -> Iterator[Fault]:
    """Heads who are, or may be, deputies. `names`: the deputies' names by id, those of the same file included."""
    ids_by_name: dict[str, list[str]] = {}
    for deputy, name in names.items():
        ids_by_name.setdefault(name, []).append(deputy)
    for record in filled.records:
        name, deputy = record.values["responsible"], record.values["deputy"]
        if not name or deputy == NOT_A_DEPUTY:
            continue
        if not deputy:
            if name in ids_by_name:
                same = "、".join(ids_by_name[name])
                message = f"代表 {same} 也叫“{name}”：是同一人请填代表编号（表决时回避），不是请填“{NOT_A_DEPUTY}”"
                yield filled.fault(record, "deputy", message)
        elif deputy not in names:
            yield filled.fault(record, "deputy", f"没有代表 {deputy}，请核对代表编号")
        elif names[deputy] != name:
            yield filled.fault(record, "deputy", f"代表 {deputy} 是“{names[deputy]}”，与负责人“{name}”不符")
