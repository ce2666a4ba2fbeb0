"""Both issuers of one poll with key files made once, and server processes of an issuer that can be killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from ballotbox.offices import BoxKeys, IssuerName, Voter
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import DealingRequest, PollFacts, deal
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import ISSUERS, Poll, slots_of
from ballotbox.secret.phone import Phone
from ballotbox.secret.requests import StampValues
from ballotbox.services.issuer.keys import IssuerFiles, PollFiles
from runtime.ports import free_port
from tests.ballotbox.secret.scripted import facts
from transparency.signed_note import NoteSigner

ROOT = Path(__file__).parents[3]
OFFICE_KEY = "office-key-of-an-issuer-0123456789abcdef"
NAMES = {f"d{number:02}": f"代表{number}" for number in range(1, 13)}


class Party(NamedTuple):
    """A poll that both issuers have prepared and nobody has begun; their folders are copied for each test."""

    poll: Poll
    facts: PollFacts
    folders: Mapping[IssuerName, Path]

    @property
    def manifest(self) -> str:
        return self.poll.hash.hex()

    @property
    def voters(self) -> list[Voter]:
        return [Voter(deputy, NAMES[deputy]) for deputy in self.facts.roster]

    def copy(self, issuer: IssuerName, to: Path) -> Path:
        """A folder with this issuer's keys, as if it had made them there."""
        return Path(shutil.copytree(self.folders[issuer], to / issuer, symlinks=True))

    def secrets(self, issuer: IssuerName) -> IssuerSecrets:
        """The private keys that its folder holds."""
        (folder,) = {path.parent for path in self.folders[issuer].rglob("stamp.keys")}
        found = PollFiles(folder).secrets()
        assert found is not None
        return found


def make_party(folder: Path, name: str = "2026-s1") -> Party:
    """Three subjects with one slice each; d12 is recused on `czs`; paper is given beside the phones."""
    chosen = facts(name, "subject").model_copy(update={"mode": "mixed"})
    slots = [slot.name for s in chosen.recused for slot in slots_of(s, chosen.questions, chosen.slice_by)]
    key = PollKey(chosen.town, chosen.poll)
    folders: dict[IssuerName, Path] = {issuer: folder / issuer for issuer in ISSUERS}
    keys = {i: IssuerFiles(i, folders[i]).prepare(key, slots, list(chosen.recused)) for i in ISSUERS}
    box = BoxKeys(receipt_key="00" * 32, log_key=str(NoteSigner.generate("log").key))
    return Party(deal(DealingRequest.of(chosen, keys, box)).poll, chosen, folders)


def as_json(code: str, request: StampValues) -> dict[str, object]:
    """A stamp request as a phone sends it."""
    parts = {kind: {n: v.hex() for n, v in part.items()} for kind, part in request._asdict().items()}
    return {"code": code, **parts}


def stamps_of(answer: Mapping[str, Mapping[str, str]]) -> StampValues:
    """An issuer's answer, as a phone reads it."""
    return StampValues(*({n: bytes.fromhex(v) for n, v in answer[kind].items()} for kind in ("slices", "tokens")))


def request_of(poll: Poll, deputy: str, issuer: IssuerName = "a") -> StampValues:
    """The request of a new phone."""
    return Phone(poll, deputy).request(issuer)


class IssuerProcess:
    """A server process of an issuer."""

    def __init__(self, name: IssuerName, folder: Path, url: str) -> None:
        self.port = free_port(0)
        self.base_url = f"http://127.0.0.1:{self.port}"
        arguments = [name, str(folder), url, str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ballotbox.services.issuer_process", *arguments], cwd=ROOT
        )

    def wait_until_ready(self) -> None:
        """It answers."""
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, "the issuer's process has ended"
            try:
                httpx.get(f"{self.base_url}/healthz", trust_env=False).raise_for_status()
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextmanager
def issuer_processes(name: IssuerName, folder: Path, url: str, count: int = 1) -> Iterator[list[IssuerProcess]]:
    """Server processes of one issuer on one cluster and one key folder."""
    started = [IssuerProcess(name, folder, url) for _ in range(count)]
    try:
        for each in started:
            each.wait_until_ready()
        yield started
    finally:
        for each in started:
            if each.process.poll() is None:
                each.kill()
