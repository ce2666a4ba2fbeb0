"""The ways out: a mail server, and the group robots of WeCom (企业微信) and DingTalk (钉钉).

Robots are spoken to directly: their address is the town's own, they answer 200 with an `errcode` that has to be read,
and a test can stand in for them, none of which apprise's plug-ins for them allow.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Any, Literal, Protocol

import httpx

from domain.acts import Role
from notices.message import Message

_PATIENCE = 15.0


class NotDelivered(Exception):
    """A message did not get out. `reason` is safe to keep: the kind of the failure, never an address or a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """A way out."""

    async def send(self, message: Message, to: str) -> None:
        """Send; `to` is the mail address, empty for a robot. Raises `NotDelivered`."""
        ...


@dataclass(frozen=True)
class MailServer:
    """A mail server by SMTP. The same message again has the same Message-ID, by which mailboxes know it."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"

    async def send(self, message: Message, to: str) -> None:
        """Send one mail. Raises `NotDelivered`."""
        import aiosmtplib  # loaded where mail is sent, not at every start

        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, to, message.subject
        mail["Message-ID"] = f"<{digest(message.key)}@{self.sender.rpartition('@')[2] or 'jiandu'}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.security == "tls",
                start_tls=self.security == "starttls",
                timeout=_PATIENCE,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            code = getattr(error, "code", None)
            raise NotDelivered(f"{type(error).__name__}{f' {code}' if code else ''}") from error


class RobotKind(StrEnum):
    """Whose group robot."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    PLAIN = "plain"
    """Any other receiver: gets the message as JSON."""


@dataclass(frozen=True)
class Robot:
    """A group robot, or any receiver of JSON over HTTP."""

    name: str
    kind: RobotKind
    url: str = field(repr=False)
    roles: frozenset[Role]
    secret: str | None = field(default=None, repr=False)
    """DingTalk's signature (加签); None where the robot has another protection."""

    async def send(self, message: Message, to: str) -> None:
        """Send to the group. Raises `NotDelivered`."""
        del to
        headers = {"Idempotency-Key": digest(message.key)}
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE) as client:
                address = httpx.URL(self.url).copy_merge_params(self._signature())
                answer = await client.post(address, json=self._body(message), headers=headers)
        except httpx.HTTPError as error:
            raise NotDelivered(type(error).__name__) from error
        if answer.status_code >= 300:
            raise NotDelivered(f"HTTP {answer.status_code}")
        if self.kind is not RobotKind.PLAIN and (code := _errcode(answer)) != 0:
            raise NotDelivered(f"errcode {code}")

    def _body(self, message: Message) -> Mapping[str, Any]:
        if self.kind is RobotKind.PLAIN:
            due = None if message.due is None else message.due.isoformat()
            facts = {"key": message.key, "kind": message.kind, "stream": message.stream, "due": due}
            return {**facts, "title": message.title, "words": message.words}
        return {"msgtype": "text", "text": {"content": message.text}}

    def _signature(self) -> dict[str, str]:
        if self.kind is not RobotKind.DINGTALK or self.secret is None:
            return {}
        stamp = str(round(time.time() * 1000))
        signed = hmac.digest(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256)
        return {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}


def digest(key: str) -> str:
    """A message's key as other systems get it: the same for the same message, and without its words."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _errcode(answer: httpx.Response) -> object:
    try:
        found = answer.json()
    except ValueError:
        return "无"
    return found.get("errcode", "无") if isinstance(found, dict) else "无"
