"""An account, and the session of somebody who has logged in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.acts import Actor, Role

SESSION_IDLE = timedelta(hours=2)
"""A session ends when nobody has used it for so long."""
SESSION_LONGEST = timedelta(hours=12)
"""A session ends after so long whatever happens: a working day."""
LASTING_IDLE = timedelta(days=120)
"""A session of a deputy's own phone ends when nobody has used it for so long."""
LASTING_LONGEST = timedelta(days=400)
"""And after so long whatever happens: a year's link and some weeks."""
LOCK_AFTER = 5
"""Wrong passwords in a row after which an account is locked for a while."""
LOCKED_FOR = timedelta(minutes=15)

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


def _login(text: str) -> str:
    lowered = text.strip().lower()
    if not _LOGIN.fullmatch(lowered):
        raise ValueError("登录名用 2 到 32 个小写字母、数字、点、横线，以字母或数字开头，如 zhang.san")
    return lowered


def _roles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if Role.SYSTEM in roles:
        raise ValueError("“系统”不是人的角色")
    return tuple(role for role in Role if role in roles)


class Account(BaseModel):
    """A person who can log in. `person` is the id under which their acts are recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: Annotated[str, AfterValidator(_login)]
    name: str = Field(min_length=1, max_length=40)
    person: str = Field(min_length=1, max_length=64)
    roles: Annotated[tuple[Role, ...], AfterValidator(_roles)] = Field(min_length=1)
    disabled: bool = False
    must_change: bool = False
    """Whether the password was given by somebody else and has to be changed first."""
    villages: tuple[str, ...] = ()
    """Of a village's account its village; of a town leader (包村领导) the villages they are responsible for."""

    def actor(self, among: frozenset[Role], on_behalf_of: str | None = None) -> Actor | None:
        """The person in the first of their roles that is among these; None where there is none."""
        for role in self.roles:
            if role in among:
                return Actor(id=self.person, role=role, on_behalf_of=on_behalf_of)
        return None


class Session(BaseModel):
    """Somebody who has logged in."""

    model_config = ConfigDict(frozen=True)

    account: Account
    began: datetime
    form_token: str
    """Stands in every form of the session and is compared with it: nobody else's page can send one."""
