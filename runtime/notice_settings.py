"""Settings of the ways by which notices go out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MailSecurity = Literal["starttls", "tls", "none"]
RoleName = Literal[
    "staff",
    "presidium",
    "deputy",
    "discipline_office",
    "party_committee",
    "town_leader",
    "village",
    "head",
    "scrutineer",
]


class Webhook(BaseModel):
    """A group robot: WeCom's (企业微信), DingTalk's (钉钉), or any receiver of JSON. Its address is a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=30)
    kind: Literal["wecom", "dingtalk", "plain"]
    url: SecretStr = Field(min_length=8)
    secret: SecretStr | None = None
    """DingTalk's signature (加签)."""
    roles: frozenset[RoleName] = frozenset({"staff"})
    """Whose notices it gets."""
