"""A whole poll on phones by the commands: dealt, collected, cast, witnessed, opened twice, published, destroyed.

The product runs as in the hall: real issuers, box and board, each on a cluster of its own; the phones are scripted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from ballotbox.offices import IssuerName
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.phone import Phone
from ballotbox.secret.requests import StampValues
from ballotbox.secret.verify import verify_folder
from tests.cli.place import Place, Up
from transparency.signed_note import NoteSigner, text_of

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
VOTERS = 5


class Hall:
    """A poll in the hall, by commands and by phones."""

    def __init__(self, place: Place, papers: Path) -> None:
        self.place = place
        self.papers = papers
        self.year = date.today().year  # noqa: DTZ011 - the demonstration begins the year of the machine's clock
        self.poll_id = f"{self.year}-P9"

    def do(self, *arguments: str, code: int = 0) -> Any:
        """A `jiandu ballot` command with `--json`."""
        return self.place.json("ballot", *arguments, code=code)

    def act(self, name: str, *fields: str, kind: str = "poll", case: str = "") -> Any:
        return self.place.json("act", kind, case or self.poll_id, name, *fields)

    def call(self) -> int:
        """Call a poll on phones for one subject; how many deputies may come."""
        cases = self.place.json("cases")["cases"]
        poll = next(case for case in cases if case["kind"] == "poll")
        assert poll["stage"] == "open"
        subject = next(case for case in cases if case["kind"] == "appraisal" and case["stage"] == "questions")
        deputies = 60
        item = {
            "subject": subject["subject"],
            "case_kind": "appraisal",
            "case_id": subject["case_id"],
            "entitled": deputies,
        }
        fields = ("poll_id=P9", f"date={date.today()}", f"items={json.dumps([item])}", "mode=phones")  # noqa: DTZ011
        self.act("call_poll", *fields, "dimensions=false", kind="cycle", case=str(self.year))
        return deputies

    def codes(self, issuer: str) -> list[str]:
        """The codes as they are printed, sorted by name."""
        file = self.papers / f"codes-{issuer}.pdf"
        told = self.do("codes", self.poll_id, "--issuer", issuer, "--out", str(file))
        found = [code for page in PdfReader(file).pages for code in CODE.findall(page.extract_text())]
        assert len(found) == told["codes"]
        return found

    def vote(self, poll: Poll, codes: Mapping[IssuerName, list[str]]) -> list[Phone]:
        """The first voters collect both stamps."""
        phones = []
        with httpx.Client(timeout=30) as client:
            for number in range(VOTERS):
                phone = None
                for issuer in ISSUERS:
                    code = codes[issuer][number]
                    who = client.post(self.place.at(issuer, f"/who/{poll.hash.hex()}"), json={"code": code}).json()
                    phone = phone or Phone(poll, who["deputy"])
                    asked = phone.request(issuer)
                    body = {
                        "code": code,
                        "slices": {slot: value.hex() for slot, value in asked.slices.items()},
                        "tokens": {subject: value.hex() for subject, value in asked.tokens.items()},
                    }
                    answer = client.post(self.place.at(issuer, f"/stamp/{poll.hash.hex()}"), json=body)
                    assert answer.status_code == 200, answer.text
                    stamped = {
                        kind: {name: bytes.fromhex(value) for name, value in values.items()}
                        for kind, values in answer.json().items()
                    }
                    phone.take(issuer, StampValues(stamped["slices"], stamped["tokens"]))
                assert phone is not None
                phones.append(phone)
        return phones

    def cast(self, poll: Poll, phones: list[Phone]) -> None:
        for number, phone in enumerate(phones):
            for envelope in phone.fill({subject: {"overall": "excellent"} for subject in phone.subjects[: number + 9]}):
                sent = httpx.post(self.place.at("box", f"/cast/{poll.hash.hex()}"), content=envelope.to_bytes())
                assert sent.status_code == 200, sent.text

    def witness(self, poll: Poll, keys: list[Path]) -> None:
        """Three witnesses sign the last checkpoint."""
        note = httpx.get(self.place.at("board", f"/polls/{poll.hash.hex()}/checkpoint.note")).text
        for key in keys[:3]:
            signed = NoteSigner.parse(key.read_text(encoding="utf-8")).sign(text_of(note))
            sent = httpx.post(self.place.at("box", f"/witness/{poll.hash.hex()}"), content=signed.encode())
            assert sent.status_code == 200, sent.text

    def open(self, box: Path, team: int, slips: list[str]) -> Path:
        out = self.papers / f"team-{team}.json"
        given = [x for slip in slips for x in ("--slip", slip)]
        self.do("open-team", "--team", str(team), *given, str(box), "--out", str(out))
        return out


@pytest.fixture
def hall(demo: Up, tmp_path: Path) -> Hall:
    return Hall(demo.place, tmp_path)


def test_a_poll_on_phones_from_the_set_up_to_the_destruction(hall: Hall) -> None:
    deputies = hall.call()
    assert hall.do("status", hall.poll_id)["missing"] == ["还没有设置（jiandu ballot set-up）"]
    slips_pdf = hall.papers / "slips.pdf"
    told = hall.do("set-up", hall.poll_id, "--slips", str(slips_pdf))
    witness_keys = [Path(file) for file in told["files"] if file.endswith(".key")]
    assert len(witness_keys) == 5
    assert not list((hall.place.folder / "ballot" / "polls").rglob("slip-*.txt"))
    slips = [
        " ".join(re.findall(r"\b[0-9A-HJKMNP-TV-Z]{5}\b", page.extract_text())) for page in PdfReader(slips_pdf).pages
    ]
    assert len(slips) == 5
    assert (
        hall.do("set-up", hall.poll_id, "--slips", str(hall.papers / "x.pdf"), code=1)["error"]["code"]
        == "set_up_before"
    )
    with ThreadPoolExecutor(2) as both:
        codes = dict(zip(ISSUERS, both.map(hall.codes, ISSUERS), strict=True))
    hall.act("open_poll", f"present={deputies - 10}")
    manifest = httpx.get(hall.place.at("board", f"/polls/{told['manifest']}/manifest.json")).content
    poll = Poll(manifest)
    phones = hall.vote(poll, codes)
    hall.do("begin-casting", hall.poll_id)
    hall.cast(poll, phones)
    hall.do("end-casting", hall.poll_id)
    box = hall.papers / "box.json"
    early = hall.do("contents", hall.poll_id, "--out", str(box), code=1)
    assert early["error"]["code"] == "too_few_witnesses"
    hall.witness(poll, witness_keys)
    assert hall.do("contents", hall.poll_id, "--out", str(box))["void"] is False
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(hall.open, (box, box), (1, 2), (slips[:3], slips[2:]))
    published = hall.do("publish", hall.poll_id, str(first), str(second))
    assert published["stage"] == "counted"
    (result,) = published["results"].values()
    assert (result["returned"], result["set_aside"]) == (VOTERS, 0)
    board = hall.place.folder / "ballot" / "board" / "polls" / told["manifest"]
    assert verify_folder(board) == []
    hall.do("object", hall.poll_id, "y1", "--reason", "请解释", "--as", "deputy:d01")
    given = [x for slip in slips[1:4] for x in ("--slip", slip)]
    refused = hall.do("destroy", hall.poll_id, *given, code=1)
    assert refused["error"]["code"] == "objections_pending"
    hall.do("decide-objection", hall.poll_id, "y1", "--rejected", "--reason", "已说明", "--as", "presidium:p1")
    assert hall.do("destroy", hall.poll_id, *given)["signed_by"] == [2, 3, 4]
    assert (board / "shares-destroyed.note").is_file()
    assert hall.do("status", hall.poll_id)["destroyed_on"] is not None
    assert not list((hall.place.folder / "ballot" / "polls").rglob("*.key"))
    assert verify_folder(board) == []
