"""What can be entered into a town's roster (名册)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.acts import Command, Role
from domain.roster.posts import Post


class Deputy(BaseModel):
    """A deputy of the town's congress. `group`: the deputies' group (代表小组)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    group: str = ""


class EnterDeputy(Command, name="enter_deputy", by=(Role.STAFF,)):
    """A deputy is entered, comes back, or has another name or group."""

    deputy: Deputy


class RetireDeputy(Command, name="retire_deputy", by=(Role.STAFF,)):
    """A deputy leaves (停用); everything they did stays."""

    deputy: str
    reason: str = Field(min_length=1)


class EnterSubject(Command, name="enter_subject", by=(Role.STAFF,)):
    """A post is entered with its head, comes back, or has another name. `since`: when the head took it, if known."""

    post: Post
    since: date | None = None


class RetireSubject(Command, name="retire_subject", by=(Role.STAFF,)):
    """A post is appraised no more (停用)."""

    subject: str
    reason: str = Field(min_length=1)


class AppointHead(Command, name="appoint_head", by=(Role.STAFF,)):
    """A post has another head from a day on."""

    subject: str
    responsible: str = Field(min_length=1)
    from_: date


class DeclareRelative(Command, name="declare_relative", by=(Role.STAFF, Role.DEPUTY)):
    """A deputy declares a close relative, for whom they get no ballot (回避)."""

    deputy: str
    person: str = Field(min_length=1)
    relation: str = Field(min_length=1)


class WithdrawRelative(Command, name="withdraw_relative", by=(Role.STAFF,)):
    """A declaration was wrong, or holds no more."""

    deputy: str
    person: str
    reason: str = Field(min_length=1)


class ImportRoster(Command, name="import_roster", by=(Role.STAFF,)):
    """Deputies and posts as a whole list gives them: new ones are entered, changed ones changed.

    `retire_missing`: whoever the list does not hold is retired; otherwise they stay as they are, but for those that
    `retired_deputies` and `retired_subjects` name. A head that differs counts from `heads_from` on. All of it is one
    entry: it is recorded whole or not at all.
    """

    deputies: tuple[Deputy, ...] = ()
    subjects: tuple[Post, ...] = ()
    retire_missing: bool = False
    retired_deputies: tuple[str, ...] = ()
    retired_subjects: tuple[str, ...] = ()
    heads_from: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, ids in (
            ("代表", [deputy.id for deputy in self.deputies]),
            ("考核对象", [post.id for post in self.subjects]),
        ):
            if twice := sorted(each for each, times in Counter(ids).items() if times > 1):
                raise ValueError(f"{what}编号重复：{'、'.join(twice)}")
        return self


class UndoRosterEntry(Command, name="undo_roster_entry", by=(Role.STAFF,)):
    """The last entry was a mistake: the roster is again what it was before. `entry`: the entry's command id."""

    entry: str = Field(min_length=1)
