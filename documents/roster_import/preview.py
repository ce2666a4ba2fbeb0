"""What an import would change, before anybody confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from documents.roster_import.columns import DEPUTIES, KIND_NAMES, SUBJECTS
from documents.roster_import.result import ImportedDeputy, RosterImport
from domain.roster.commands import ImportRoster
from domain.roster.posts import Post
from domain.roster.state import RosterState


class ChangeKind(StrEnum):
    """How a row differs from the roster."""

    NEW = "新增"
    CHANGED = "变更"
    MISSING = "停用"
    """In the roster, not in the file: retired if the one who confirms says so, else untouched."""


class Change(BaseModel):
    """One difference."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    sheet: str
    id: str
    name: str
    details: tuple[str, ...] = ()
    """What changes: 代表小组：城区 → 河滩."""


class Preview(BaseModel):
    """A file without a fault, beside the roster in force."""

    model_config = ConfigDict(frozen=True)

    roster: RosterImport
    changes: tuple[Change, ...]
    """New ones first, then changed, then missing ones; within each in the order of the file."""
    unchanged: int
    notices: tuple[str, ...]
    """What people should look at although nothing is wrong."""

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    def act(self, *, retire_missing: bool, heads_from: date | None = None) -> ImportRoster:
        """The act that makes the roster what the preview shows; done again it changes nothing."""
        gone = self.of(ChangeKind.MISSING) if retire_missing else ()
        return self.roster.act(
            missing_deputies=tuple(change.id for change in gone if change.sheet == DEPUTIES.name),
            missing_subjects=tuple(change.id for change in gone if change.sheet == SUBJECTS.name),
            heads_from=heads_from,
        )


def compare(roster: RosterImport, current: RosterState, today: date, notices: list[str]) -> Preview:
    """The preview of an import. A head is compared with whoever holds the post today."""
    changes: list[Change] = []
    if roster.deputies is not None:
        changes += (change for deputy in roster.deputies for change in _deputy(deputy, current))
        listed = {deputy.id for deputy in roster.deputies}
        changes += (
            Change(kind=ChangeKind.MISSING, sheet=DEPUTIES.name, id=deputy.id, name=deputy.name)
            for deputy in current.active_deputies
            if deputy.id not in listed
        )
    if roster.subjects is not None:
        names = {deputy.id: deputy.name for deputy in current.deputies.values()}
        names |= {deputy.id: deputy.name for deputy in roster.deputies or ()}
        changes += (change for post in roster.subjects for change in _subject(post, current, today, names))
        posts = {post.id for post in roster.subjects}
        changes += (
            Change(kind=ChangeKind.MISSING, sheet=SUBJECTS.name, id=key, name=subject.name)
            for key, subject in current.subjects.items()
            if key not in posts and key not in current.retired_subjects
        )
    rows = len(roster.deputies or ()) + len(roster.subjects or ())
    order = list(ChangeKind)
    return Preview(
        roster=roster,
        changes=tuple(sorted(changes, key=lambda change: order.index(change.kind))),
        unchanged=rows - sum(change.kind is not ChangeKind.MISSING for change in changes),
        notices=tuple(notices),
    )


def _deputy(deputy: ImportedDeputy, current: RosterState) -> Iterator[Change]:
    old = current.deputies.get(deputy.id)
    if old is None:
        new = (f"代表小组：{deputy.group}",)
        yield Change(kind=ChangeKind.NEW, sheet=DEPUTIES.name, id=deputy.id, name=deputy.name, details=new)
        return
    details = _differences(("姓名", old.name, deputy.name), ("代表小组", old.group, deputy.group))
    if deputy.id in current.retired_deputies:
        details = ("恢复代表资格", *details)
    if details:
        yield Change(kind=ChangeKind.CHANGED, sheet=DEPUTIES.name, id=deputy.id, name=deputy.name, details=details)


def _subject(post: Post, current: RosterState, today: date, names: dict[str, str]) -> Iterator[Change]:
    old = current.subjects.get(post.id)
    head = names.get(post.responsible, post.responsible)
    if old is None:
        new = (f"类别：{KIND_NAMES[post.kind]}", f"负责人：{head}")
        yield Change(kind=ChangeKind.NEW, sheet=SUBJECTS.name, id=post.id, name=post.name, details=new)
        return
    holder = current.head(post.id, today)
    details = _differences(
        ("名称", old.name, post.name),
        ("类别", KIND_NAMES[old.kind], KIND_NAMES[post.kind]),
        ("负责人", *_people(holder, post.responsible, names)),
    )
    if post.id in current.retired_subjects:
        details = ("恢复测评", *details)
    if details:
        yield Change(kind=ChangeKind.CHANGED, sheet=SUBJECTS.name, id=post.id, name=post.name, details=details)


def _people(old: str | None, new: str, names: dict[str, str]) -> tuple[str, str]:
    """Two persons as people know them; their numbers too where the names alone would look the same."""
    before, after = names.get(old, old) if old is not None else "（空缺）", names.get(new, new)
    if old != new and before == after:
        return f"{before}（{old}）", f"{after}（{new}）"
    return before, after


def _differences(*fields: tuple[str, str, str]) -> tuple[str, ...]:
    return tuple(f"{what}：{old or '（空）'} → {new or '（空）'}" for what, old, new in fields if old != new)
