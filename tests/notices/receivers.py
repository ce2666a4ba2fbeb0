"""A mail server and a group robot's receiver, real ones on this machine, that can be told to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.browser import served


@dataclass
class MailBox:
    """What a mail server took. `refuse`: how many mails it refuses first."""

    port: int = 0
    refuse: int = 0
    tried: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The receiving side of SMTP (RFC 5321), as much of it as a client of ours uses."""

        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 test")
        to = ""
        while line := (await reader.readline()).decode().strip():
            match line.partition(" ")[0].upper():
                case "EHLO":
                    await say("250-test")
                    await say("250 SMTPUTF8")
                case "RCPT":
                    to = line[line.index("<") + 1 : line.index(">")]
                    await say("250 ok")
                case "DATA":
                    await say("354 go on")
                    data = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                    self.tried += 1
                    if self.tried <= self.refuse:
                        await say("451 try again later")
                        continue
                    mail = message_from_bytes(data, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self.mails.append(mail)
                    self.to.append(to)
                    await say("250 taken")
                case "QUIT":
                    await say("221 bye")
                    break
                case _:
                    await say("250 ok")
        writer.close()


@asynccontextmanager
async def mail_server(refuse: int = 0) -> AsyncIterator[MailBox]:
    """A mail server on a free port."""
    box = MailBox(refuse=refuse)
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


@dataclass
class Group:
    """What a robot's group got: bodies and headers. `answers` are given first, then `errcode` 0."""

    url: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)


@asynccontextmanager
async def robot_receiver(*answers: tuple[int, Any]) -> AsyncIterator[Group]:
    """A robot's receiver on a free port."""
    group = Group(answers=list(answers))
    app = FastAPI()

    @app.post("/robot")
    async def take(request: Request) -> JSONResponse:
        group.bodies.append(await request.json())
        group.keys.append(request.headers["idempotency-key"])
        group.queries.append(dict(request.query_params))
        status, body = group.answers.pop(0) if group.answers else (200, {"errcode": 0, "errmsg": "ok"})
        return JSONResponse(body, status_code=status)

    async with served(app) as origin:
        group.url = f"{origin}/robot?key=secret-of-the-group"
        yield group
