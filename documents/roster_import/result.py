"""What a roster file says, as pure data, and the act by which it is entered."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post


class ImportedDeputy(BaseModel):
    """A deputy with what the roster keeps and what it does not: the last three are personal data.

    They belong to the profile, which is encrypted apart; the roster's own acts never hold them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    group: str
    sex: str = ""
    identity_number: str = ""
    phone: str = ""

    @property
    def deputy(self) -> Deputy:
        """The part that the roster keeps."""
        return Deputy(id=self.id, name=self.name, group=self.group)


class RosterImport(BaseModel):
    """The rows of a file without a fault. A sheet that the file has not is None: nothing of it changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deputies: tuple[ImportedDeputy, ...] | None = None
    subjects: tuple[Post, ...] | None = None
    """`responsible` is a deputy's id where the head is a deputy (who is then recused), else the head's name."""

    def act(
        self,
        *,
        missing_deputies: tuple[str, ...] = (),
        missing_subjects: tuple[str, ...] = (),
        heads_from: date | None = None,
    ) -> ImportRoster:
        """The act by which the rows are entered, and those who are missing are retired (停用)."""
        return ImportRoster(
            deputies=tuple(each.deputy for each in self.deputies or ()),
            subjects=self.subjects or (),
            retired_deputies=missing_deputies,
            retired_subjects=missing_subjects,
            heads_from=heads_from,
        )
