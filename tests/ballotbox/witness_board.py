"""A board and a box's ear for a witness's program: a static server of files, and a place that takes signed notes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ballotbox.secret.ceremony import Dealt, PollFacts, set_up
from ballotbox.secret.log import sign_checkpoint
from ballotbox.secret.manifest import Services
from transparency.merkle import leaf_hash


class StaticBoard:
    """Serves a folder under its address, and keeps what is posted to `/witness/<manifest>`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.posted: list[tuple[str, str]] = []
        self.refuses = False

    def show(self, dealt: Dealt, leaves: Sequence[bytes], *, size: int | None = None) -> None:
        """Put a state of the log on the board, signed by the log. `size`: of the checkpoint, where it lags behind."""
        shown = self.folder / "polls" / dealt.poll.hash.hex()
        shown.mkdir(parents=True, exist_ok=True)
        (shown / "manifest.json").write_bytes(dealt.poll.data)
        (shown / "leaves.txt").write_text("".join(leaf_hash(leaf).hex() + "\n" for leaf in leaves), "utf-8")
        note = sign_checkpoint(dealt.poll, leaves[:size], dealt.log)
        (shown / "checkpoint.note").write_text(note, "utf-8")


@contextmanager
def static_board(folder: Path) -> Iterator[StaticBoard]:
    """A server on a free port."""
    board: StaticBoard

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.strip("/")
            data = path.read_bytes() if path.is_file() else None
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            board.posted.append((self.path, body))
            self.send_response(503 if board.refuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    board = StaticBoard(folder, f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield board
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def small_poll(box: str, poll: str = "2026-w1") -> Dealt:
    """A poll of one subject and question whose box is at this address: a witness sees no more of it than hashes."""
    return set_up(
        PollFacts(
            town="城关镇",
            poll=poll,
            event="2026 年站所长述职测评",
            services=Services(a="https://a.test", b="https://b.test", box=box),
            recused={"czs": ()},
            questions=("overall",),
            codes=("excellent", "incompetent", "abstain", "blank"),
            roster=("d01",),
            policy=b"{}",
            page=b"page",
        )
    )
