"""A hall for the deputies' page: the real board and page, and the parties' cores in memory behind their interface.

The cores are those that the services wrap. Every request is kept as it came over the wire.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ballotbox.offices import BoardPhase
from ballotbox.page import page_bytes
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.box import Box, OtherEnvelope
from ballotbox.secret.ceremony import PollFacts, deal_with, roster_bytes
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.log import FIRST_ENTRY, sign_checkpoint
from ballotbox.secret.manifest import RSA_BITS, Labels, Services, slots_of
from ballotbox.secret.requests import StampValues, entitled_subjects
from ballotbox.services.board import board_app
from ballotbox.services.box.headers import Plain
from ballotbox.services.issuer.codes import new_code, read_code
from domain.acts import Refusal
from domain.policy.document import AppraisalPolicy
from tests.ballotbox.secret.scripted import CODES, ScriptedPoll
from tests.browser import served
from transparency.merkle import leaf_hash
from transparency.signed_note import NoteSigner

DEPUTIES = {"d01": "张建国", "d02": "李秀英", "d03": "王德福", "d04": "陈玉兰", "d05": "刘志远"}
SUBJECTS = {"czs": "财政所所长 周明", "lys": "林业站站长 吴大山", "zhs": "综合窗口负责人 郑小燕"}
QUESTIONS = {"overall": "综合评价", "ability": "工作能力"}
CODE_LABELS = {
    "excellent": "优秀",
    "competent": "称职",
    "basically_competent": "基本称职",
    "incompetent": "不称职",
    "abstain": "弃权",
    "blank": "不填",
}
STATUS = {
    "bad_code": 401,
    "unknown_poll": 404,
    "other_request": 409,
    "took_paper": 409,
    "collecting_over": 410,
    "wrong_request": 422,
    "bad_token": 422,
    "still_collecting": 425,
    "closed": 410,
}


class Seen(NamedTuple):
    """A request as it arrived."""

    part: str
    path: str
    port: int
    """Of the phone's end of the connection."""
    headers: Mapping[str, str]
    length: int
    """Bytes of the body."""


class Keys:
    """RSA keys by column, made once for all tests: they take the time."""

    def __init__(self) -> None:
        self._made: dict[str, RSAPrivateKey] = {}

    def secrets(self, issuer: str, slots: list[str], subjects: list[str]) -> IssuerSecrets:
        """An issuer's secrets; destroying them destroys no key of another test."""
        return IssuerSecrets(
            NoteSigner.generate(f"issuer-{issuer}"),
            {slot: self._signer(f"{issuer}/slice/{slot}") for slot in slots},
            {subject: self._signer(f"{issuer}/token/{subject}") for subject in subjects},
        )

    def _signer(self, name: str) -> BlindSigner:
        if name not in self._made:
            self._made[name] = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        return BlindSigner(self._made[name])


class Hall:
    """One poll, its parties and its board."""

    board: str
    """The board's origin, from which the page comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[Seen] = []
        self.spoil: Callable[[str, Any], Any] = lambda _, answer: answer
        """What a dishonest server makes of the answer to `who`, `stamp` or `cast`."""
        self.codes: dict[str, dict[str, str]] = {"a": {}, "b": {}}
        self.stamping: dict[str, list[str]] = {"a": [], "b": []}
        self.cast_order: list[Envelope] = []
        """Envelopes as they arrived over HTTP, repeated ones too."""
        self.scripted: ScriptedPoll
        self.origins: dict[str, str] = {}
        self.phase: BoardPhase = "collecting"

    @property
    def manifest(self) -> str:
        """The poll's identity."""
        return self.scripted.poll.hash.hex()

    @property
    def entrance(self) -> str:
        """What the hall's QR says."""
        return f"{self.board}/#m={self.manifest}"

    def code(self, issuer: str, deputy: str) -> str:
        """A deputy's personal code, as the slip shows it."""
        return next(code for code, known in self.codes[issuer].items() if known == deputy)

    def casts(self) -> list[Seen]:
        """The cast requests so far."""
        return [seen for seen in self.seen if seen.path.startswith("/cast/")]

    def asked(self, issuer: str) -> list[str]:
        """The bodies of all requests for stamps that reached an issuer."""
        return self.stamping[issuer]

    def in_box(self) -> list[str]:
        """Subjects of the envelopes that the box took."""
        entries = [json.loads(leaf) for leaf in (*self.scripted.box.leaves[5:], *self.scripted.box._pending)]
        return sorted(entry["subject"] for entry in entries)

    def begin_casting(self, *others: str) -> None:
        """Collecting ends; these deputies have collected with scripted phones."""
        self.scripted.collect(*others)
        self.show("casting")

    def cast_others(self, *others: str) -> None:
        """The scripted phones cast."""
        for number, deputy in enumerate(others):
            answers = {s: {q: CODES[number % len(CODES)] for q in self.questions} for s in self.scripted.poll.recused}
            self.scripted.cast(*self.scripted.phones[deputy].fill(answers))

    @property
    def questions(self) -> tuple[str, ...]:
        """The poll's questions."""
        return self.scripted.facts.questions

    def close(self) -> None:
        """The box closes; its log is on the board."""
        self.scripted.box.close()
        self.show("closed")

    def restore_old_box(self) -> None:
        """The box has the database of when casting began; the board says how many of its leaves are missing."""
        published = self.scripted.box.leaves
        begun = published[:FIRST_ENTRY]
        self.scripted.box = Box(self.scripted.poll, list(begun), self.scripted.dealt.receipts)
        self.announce_missing(len(published) - FIRST_ENTRY)

    def announce_missing(self, missing: int) -> None:
        """The board's phase with an announcement; the rest of the board as it was."""
        size = len(self.read("leaves.txt").split())
        told = {"phase": self.phase, "log_size": size, "missing": missing}
        self.write("phase.json", json.dumps(told).encode())

    def publish(self) -> None:
        """The box is opened twice, and everything is on the board."""
        published = self.folder / "published"
        self.scripted.publish(published)
        for file in published.iterdir():
            (self._poll_folder / file.name).write_bytes(file.read_bytes())
        self._show_phase("published")

    def show(self, phase: BoardPhase) -> None:
        """The board as the box writes it in this phase."""
        scripted = self.scripted
        self._poll_folder.mkdir(parents=True, exist_ok=True)
        self.write("manifest.json", scripted.poll.data)
        self.write("roster.json", roster_bytes(scripted.facts.roster))
        if phase != "collecting":
            leaves = scripted.box.leaves
            self.write("leaves.txt", b"".join(leaf_hash(leaf).hex().encode() + b"\n" for leaf in leaves))
            witnesses = [scripted.dealt.witnesses[n] for n in (1, 3, 5)]
            self.write(
                "checkpoint.note", sign_checkpoint(scripted.poll, leaves, scripted.dealt.log, *witnesses).encode()
            )
        self._show_phase(phase)

    def write(self, name: str, data: bytes) -> None:
        """A file on the board."""
        (self._poll_folder / name).write_bytes(data)

    def read(self, name: str) -> bytes:
        """A file of the board."""
        return (self._poll_folder / name).read_bytes()

    def who(self, issuer: Literal["a", "b"], typed: str) -> str:
        """The deputy of a code."""
        deputy = self.codes[issuer].get(read_code(typed) or "")
        if deputy is None:
            raise Refusal("bad_code", "个人码不对。")
        return deputy

    @property
    def _poll_folder(self) -> Path:
        return self.folder / "polls" / self.manifest

    def _show_phase(self, phase: BoardPhase) -> None:
        self.phase = phase
        size = 0 if phase == "collecting" else len(self.scripted.box.leaves)
        self.write("phase.json", json.dumps({"phase": phase, "log_size": size}).encode())


class Recorder:
    """Keeps every request to a part."""

    def __init__(self, app: ASGIApp, part: str, hall: Hall) -> None:
        self._app, self._part, self._hall = app, part, hall

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            length = int(headers.get("content-length", "0"))
            self._hall.seen.append(Seen(self._part, scope["path"], scope["client"][1], headers, length))
        await self._app(scope, receive, send)


def _refused(refusal: Refusal) -> JSONResponse:
    return JSONResponse({"code": refusal.code, "message": refusal.message}, STATUS.get(refusal.code, 409))


def issuer_app(hall: Hall, issuer: Literal["a", "b"]) -> ASGIApp:
    """An issuer's personal endpoints over the core."""

    async def who(request: Request) -> Response:
        try:
            deputy = hall.who(issuer, (await request.json())["code"])
        except Refusal as refusal:
            return _refused(refusal)
        subjects = list(entitled_subjects(hall.scripted.poll, deputy))
        told = {"deputy": deputy, "name": DEPUTIES[deputy], "subjects": subjects, "collected": False}
        return JSONResponse(hall.spoil("who", told))

    async def stamp(request: Request) -> Response:
        hall.stamping[issuer].append((await request.body()).decode())
        asked = await request.json()
        values = {kind: {name: bytes.fromhex(v) for name, v in asked[kind].items()} for kind in ("slices", "tokens")}
        try:
            deputy = hall.who(issuer, asked["code"])
            answer = hall.scripted.issuers[issuer].stamp(deputy, StampValues(**values))
        except Refusal as refusal:
            return _refused(refusal)
        told = {kind: {n: v.hex() for n, v in part.items()} for kind, part in answer._asdict().items()}
        return JSONResponse(hall.spoil("stamp", told))

    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["POST"], allow_headers=["content-type"])
    routes = [
        Route("/who/{manifest}", who, methods=["POST"]),
        Route("/stamp/{manifest}", stamp, methods=["POST"]),
    ]
    return Recorder(Starlette(routes=routes, middleware=[cors]), issuer, hall)


def box_app(hall: Hall) -> ASGIApp:
    """The box's personal endpoint over the core, with the headers of the real one."""

    async def cast(request: Request) -> Response:
        try:
            if hall.phase == "collecting":
                raise Refusal("still_collecting", "领票还没有结束。")
            envelope = Envelope.from_bytes(await request.body())
            hall.cast_order.append(envelope)
            receipt = hall.scripted.box.cast(envelope)
        except OtherEnvelope as refusal:
            told = {"code": refusal.code, "message": refusal.message, "receipt": refusal.receipt.model_dump()}
            return JSONResponse(told, 409)
        except Refusal as refusal:
            return _refused(refusal)
        return JSONResponse(hall.spoil("cast", receipt.model_dump()))

    return Recorder(Plain(Starlette(routes=[Route("/cast/{manifest}", cast, methods=["POST"])])), "box", hall)


@asynccontextmanager
async def hall(
    folder: Path,
    keys: Keys,
    *,
    subjects: Mapping[str, str] = SUBJECTS,
    questions: Mapping[str, str] = QUESTIONS,
    **facts: bool | str,
) -> AsyncIterator[Hall]:
    """A poll in which collecting has begun. `d05` is recused on the first subject."""
    found = Hall(folder)
    async with (
        served(issuer_app(found, "a")) as a,
        served(issuer_app(found, "b")) as b,
        served(box_app(found)) as box,
        served(Recorder(board_app(folder, page_bytes, (a, b, box)), "board", found)) as board,
    ):
        first = next(iter(subjects))
        chosen = PollFacts.model_validate(
            {
                "town": "城关镇",
                "poll": "2026-p1",
                "event": "2026 年站所长述职测评",
                "phases": {"collecting": "12 月 1 日 9:00", "casting": "12 月 1 日 9:30"},
                "mode": "phones",
                "services": Services(a=a, b=b, box=box),
                "labels": Labels(subjects=dict(subjects), questions=dict(questions), codes=CODE_LABELS),
                "recused": {s: ("d05",) if s == first else () for s in subjects},
                "questions": tuple(questions),
                "codes": CODES,
                "roster": tuple(DEPUTIES),
                "policy": AppraisalPolicy().model_dump_json().encode(),
                "page": page_bytes(),
                **facts,
            }
        )
        slots = [slot.name for s in subjects for slot in slots_of(s, chosen.questions, chosen.slice_by)]
        dealt = deal_with(chosen, {i: keys.secrets(i, slots, list(subjects)) for i in ("a", "b")})
        found.scripted = ScriptedPoll(chosen, dealt)
        found.board = board
        found.origins = {"a": a, "b": b, "box": box, "board": board}
        for codes in found.codes.values():
            codes |= {read_code(new_code()) or "": deputy for deputy in DEPUTIES}
        found.show("collecting")
        yield found
