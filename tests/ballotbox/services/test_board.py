"""The board: what it serves, under which policy, and that nobody can be recognised by an answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ballotbox.services.board import board_app, page_policy

M = "ab" * 32
ORIGINS = ("https://a.test:8091", "https://b.test:8092", "https://box.test:8093")
PAGE = "<!doctype html><style>p{color:red}</style><p>票</p><script type=module>let x = 1;</script>".encode()


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    poll = tmp_path / "polls" / M
    poll.mkdir(parents=True)
    (poll / "leaves.txt").write_text("00\n")
    (poll / "phase.json").write_text("{}")
    (poll / "page").write_bytes(b"<script>alert(1)</script>")
    (poll / ".lock").write_text("")
    (poll / "leaves.txt.d").mkdir()
    (tmp_path / "secret.key").write_text("secret")
    return TestClient(board_app(tmp_path, lambda: PAGE, ORIGINS))


def sha(content: bytes) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode() + "'"


def test_the_page_may_run_itself_and_ask_the_parts_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.content == PAGE
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": sha(b"let x = 1;"),
        "style-src": sha(b"p{color:red}"),
        "img-src": "data:",
        "connect-src": f"'self' {' '.join(ORIGINS)}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_page_without_script_may_run_none() -> None:
    assert "script-src 'none'; style-src 'none';" in page_policy(b"<p>x</p>", ORIGINS)


@pytest.mark.parametrize("path", ["/", f"/polls/{M}/leaves.txt", f"/polls/{M}/phase.json", "/nothing", "/polls"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_answer_is_recognised_again(client: TestClient, path: str, method: str) -> None:
    headers = client.request(method, path).headers
    assert not set(headers) & {"etag", "last-modified", "set-cookie", "date", "server", "vary"}
    assert headers["cache-control"] == "no-store"


def test_files_of_a_poll_are_served_as_they_are(client: TestClient) -> None:
    answer = client.get(f"/polls/{M}/leaves.txt")
    assert (answer.status_code, answer.content) == (200, b"00\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    page = client.get(f"/polls/{M}/page")
    assert page.headers["content-type"].startswith("text/plain"), "a file of the board is read, not run"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/polls", "/polls/", f"/polls/{M}", f"/polls/{M}/", f"/polls/{M}/.lock", f"/polls/{M}/leaves.txt.d",
        f"/polls/{M}/..%2f..%2fsecret.key", f"/polls/{M}/%2e%2e/%2e%2e/secret.key", "/polls/../secret.key",
        "/polls/..%2fsecret.key/x", f"/polls/{M.upper()}/leaves.txt", f"/polls/{'0' * 64}/leaves.txt", "/secret.key",
        f"/polls/{M}/leaves.txt%00", f"/polls/{M}/absent.json",
    ],
)  # fmt: skip
def test_nothing_else_is_served_and_nothing_listed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


async def test_of_a_large_file_no_answer_holds_more_than_a_piece(tmp_path: Path) -> None:
    poll = tmp_path / "polls" / M
    poll.mkdir(parents=True)
    data = bytes(range(256)) * 8_192
    (poll / "slices.jsonl").write_bytes(data)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/polls/{M}/slices.jsonl"
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    await board_app(tmp_path, lambda: PAGE, ORIGINS)(scope, receive, send)
    pieces = [message.get("body", b"") for message in sent[1:]]
    assert (b"content-length", str(len(data)).encode()) in sent[0]["headers"]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= len(data) / 8
