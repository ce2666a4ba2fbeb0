#!/usr/bin/env python3
"""Check a published ballot 无记名测评 without the product: Python's standard library and the `openssl` command only.

    python3 verify_ballot.py FOLDER

Prints every broken rule with its place, in Chinese, and ends with 0 when all rules hold, 1 when some are broken, 2 when
it cannot run. `--machine` prints rule, place and message separated by tabs, and nothing when all is well.

Written from docs/ballot-protocol.md, on purpose without a line of the product's own verifier: an error would have to be
made twice to stay unseen. RSA-PSS is computed here (it needs the public key alone), Ed25519 by openssl 3.
"""

from __future__ import annotations

import base64
import binascii
import collections
import concurrent.futures
import fractions
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
RSA_SPKI_HEAD = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
RSA_SPKI_TAIL = bytes.fromhex("0203010001")
FIRST_ENTRY = 5
NAME = re.compile(r"[^\s/*+\x00-\x1f]{1,64}\Z")
STATEMENTS = ["collectors-a.note", "collectors-b.note", "keys-destroyed-a.note", "keys-destroyed-b.note"]
OPENED = ["paper.note", "opening-1.note", "opening-2.note", "slices.jsonl", "tally.json", "table.csv", "marks.json"]
OPENINGS = ["opening-1.note", "opening-2.note"]


class Malformed(Exception):
    """A file or line has not the form that the protocol gives it."""


# ---------------------------------------------------------------------------------------------------- forms


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def labelled(label: str, manifest: bytes, *parts: bytes) -> bytes:
    data = b"jiandu-ballot/1 " + label.encode() + b"\n" + manifest
    for part in parts:
        data += len(part).to_bytes(4, "big") + part
    return data


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


Shape = Callable[[Any], bool]


def text(value: Any) -> bool:
    return isinstance(value, str)


def name(value: Any) -> bool:
    return isinstance(value, str) and bool(NAME.match(value))


def number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def natural(value: Any) -> bool:
    return number(value) and value >= 0


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def digits(size: Optional[int] = None) -> Shape:
    pattern = re.compile("(?:[0-9a-f]{2})%s\\Z" % ("*" if size is None else "{%d}" % size))
    return lambda value: isinstance(value, str) and bool(pattern.match(value))


def exactly(*values: Any) -> Shape:
    return lambda value: any(type(value) is type(v) and value == v for v in values)


def listed(item: Shape, size: Optional[int] = None) -> Shape:
    return lambda v: isinstance(v, list) and all(map(item, v)) and size in (None, len(v))


def mapping(item: Shape) -> Shape:
    return lambda v: isinstance(v, dict) and all(map(item, v.values()))


def record(**fields: Shape) -> Shape:
    return lambda v: isinstance(v, dict) and set(v) == set(fields) and all(fields[k](v[k]) for k in fields)


def read(data: bytes, shape: Shape) -> Any:
    try:
        value = json.loads(data.decode())
        same = canonical(value) == data
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not same or not shape(value):
        raise Malformed("not the canonical form")
    return value


H32, H64 = digits(32), digits(64)
STAMP = record(prefix=H32, signature=digits(256))
STAMPS = record(a=STAMP, b=STAMP)
ISSUER = record(statements=text, slices=mapping(digits()), tokens=mapping(digits()))
MANIFEST = record(
    type=exactly("jiandu-ballot-manifest/1"),
    town=name,
    poll=name,
    event=text,
    phases=mapping(text),
    mode=exactly("phones", "mixed"),
    recovery=boolean,
    one_operator=boolean,
    services=record(a=text, b=text, box=text),
    labels=record(subjects=mapping(text), questions=mapping(text), codes=mapping(text)),
    slice_by=exactly("question", "subject"),
    subjects=listed(record(subject=name, recused=listed(name))),
    questions=listed(name),
    codes=listed(name),
    minimum_group=lambda v: number(v) and v >= 3,
    minimum_path=lambda v: number(v) and v >= 1,
    roster_hash=H32,
    policy_hash=H32,
    page_hash=H32,
    issuers=record(a=ISSUER, b=ISSUER),
    box_key=digits(65),
    receipt_key=H32,
    log_key=text,
    share_hashes=listed(H32, 5),
    scrutineer_keys=listed(text, 5),
    witness_keys=listed(text, 5),
    witness_quorum=lambda v: number(v) and 3 <= v <= 5,
)
ENTRY = record(
    type=exactly("jiandu-ballot-entry/1"),
    manifest=H32,
    subject=text,
    token=H32,
    stamps=STAMPS,
    ciphertext_hash=H32,
    signature=H64,
)
SLICE = record(slot=text, grades=listed(text), key=H32, signature=H64, stamps=STAMPS)
COLLECTORS = record(issuer=exactly("a", "b"), deputies=listed(text), issued=mapping(number), paper=mapping(number))
DESTROYED = record(issuer=exactly("a", "b"))
TURNOUT = record(
    entitled=natural,
    present=natural,
    issued=natural,
    returned=natural,
    paper_issued=natural,
    paper_returned=natural,
)
CLOSE = record(
    log_size=number,
    log_root=H32,
    turnout=mapping(TURNOUT),
    void=boolean,
    reason=exactly(None, "more_returned_than_issued", "minimum_path", "declared"),
)
PAPER = record(sheets=mapping(number), rows=mapping(mapping(mapping(number))))
MARKS = record(
    type=exactly("jiandu-ballot-marks/1"),
    manifest=H32,
    subjects=mapping(record(unreturned=boolean, set_aside=boolean)),
)
OPENING = record(
    team=exactly(1, 2),
    shares=listed(number),
    log_root=H32,
    slices=number,
    slices_root=H32,
    set_aside=listed(record(leaf=number, reason=text)),
    unopened=listed(text),
)
TALLY = record(
    type=exactly("jiandu-ballot-tally/1"),
    manifest=H32,
    subjects=mapping(record(issued=number, returned=number, set_aside=number, questions=mapping(mapping(number)))),
)


# ---------------------------------------------------------------------------------------------- cryptography


def ed25519_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Ask openssl. Its exit code is 0 for a good signature."""
    if len(key) != 32 or len(signature) != 64:
        return False
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "key").write_bytes(ED25519_SPKI + key)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        files = ["-inkey", "key", "-in", "message", "-sigfile", "signature"]
        return subprocess.run(command + files, cwd=made, capture_output=True, check=False).returncode == 0


def all_hold(jobs: List[Tuple[bytes, bytes, bytes]]) -> List[bool]:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda job: ed25519_holds(*job), jobs))


def modulus(spki: str) -> int:
    """The modulus of an RSA-2048 key with exponent 65537. Anything else is malformed."""
    data = bytes.fromhex(spki)
    n = data[len(RSA_SPKI_HEAD) : -len(RSA_SPKI_TAIL)]
    if len(n) != 256 or n[0] < 128 or data != RSA_SPKI_HEAD + n + RSA_SPKI_TAIL:
        raise Malformed("not an RSA-2048 key")
    return int.from_bytes(n, "big")


def pss_holds(n: int, message: bytes, signature: bytes) -> bool:
    """RSASSA-PSS-VERIFY of RFC 8017, 8.1.2 and 9.1.2, with SHA-384, MGF1 with SHA-384, and a salt of 48 bytes."""
    s = int.from_bytes(signature, "big")
    if len(signature) != 256 or s >= n:
        return False
    em = pow(s, 65537, n).to_bytes(256, "big")
    masked, h = bytearray(em[:207]), em[207:255]
    if em[255] != 0xBC or masked[0] & 0x80:
        return False
    stream = b"".join(hashlib.sha384(h + i.to_bytes(4, "big")).digest() for i in range(5))
    db = bytearray(x ^ y for x, y in zip(masked, stream))
    db[0] &= 0x7F
    if bytes(db[:159]) != bytes(158) + b"\x01":
        return False
    digest = hashlib.sha384(message).digest()
    return hashlib.sha384(bytes(8) + digest + bytes(db[159:])).digest() == h


def merkle_root(hashes: List[bytes]) -> bytes:
    """RFC 6962, 2.1, from the leaves' hashes."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return sha256(b"\x01" + merkle_root(hashes[:k]) + merkle_root(hashes[k:]))


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data)


class NoteKey:
    """A key as notes write it: name+id+base64(1, key)."""

    def __init__(self, written: str) -> None:
        parts = written.split("+", 2)
        try:
            self.name, self.id, data = parts[0], bytes.fromhex(parts[1]), base64.b64decode(parts[2], validate=True)
        except (IndexError, ValueError):
            raise Malformed("not a note key") from None
        self.key = data[1:]
        if len(data) != 33 or data[0] != 1 or sha256(self.name.encode() + b"\n" + data)[:4] != self.id:
            raise Malformed("not a note key")


class Note:
    """A signed note: a text, an empty line, lines of signatures."""

    def __init__(self, data: bytes) -> None:
        whole = data.decode()
        body, found, signatures = whole.rpartition("\n\n")
        if not found or not signatures.startswith("\u2014 ") or not signatures.endswith("\n"):
            raise Malformed("not a signed note")
        self.text = body + "\n"
        self.signatures: List[Tuple[str, bytes]] = []
        for line in signatures[:-1].split("\n"):
            try:
                dash, who, encoded = line.split(" ")
                signature = base64.b64decode(encoded, validate=True)
            except (ValueError, binascii.Error):
                dash = ""
            if dash != "\u2014" or len(signature) < 5:
                self.signatures = []
                return
            self.signatures.append((who, signature))

    def signed_by(self, key: NoteKey) -> bool:
        mine = [s[4:] for who, s in self.signatures if who == key.name and s[:4] == key.id]
        return bool(mine) and all(ed25519_holds(key.key, self.text.encode(), s) for s in mine)

    def signers(self, keys: List[str]) -> Set[int]:
        return {i for i, key in enumerate(keys, 1) if self.signed_by(NoteKey(key))}


# --------------------------------------------------------------------------------------------------- the poll


class Poll:
    """The manifest, its hash, and what follows from it."""

    def __init__(self, data: bytes) -> None:
        m = self.m = read(data, MANIFEST)
        self.data, self.hash = data, sha256(data)
        subjects = [s["subject"] for s in m["subjects"]]
        self.subjects: List[str] = subjects
        self.recused: Dict[str, Set[str]] = {s["subject"]: set(s["recused"]) for s in m["subjects"]}
        self.slots: Dict[str, Tuple[str, List[str]]] = {}
        for subject in subjects:
            if m["slice_by"] == "subject":
                self.slots[subject + "/*"] = (subject, m["questions"])
            else:
                self.slots.update({"%s/%s" % (subject, q): (subject, [q]) for q in m["questions"]})
        keys = [m["log_key"]] + m["scrutineer_keys"] + m["witness_keys"]
        keys += [m["issuers"][i]["statements"] for i in "ab"]
        stamps: List[str] = []
        for i in "ab":
            issuer = m["issuers"][i]
            if set(issuer["slices"]) != set(self.slots) or set(issuer["tokens"]) != set(subjects):
                raise Malformed("a key for each column")
            stamps += list(issuer["slices"].values()) + list(issuer["tokens"].values())
        lists = [subjects, m["questions"], m["codes"], stamps, [NoteKey(k).key for k in keys]]
        if any(len(set(x)) != len(x) or not x for x in lists) or len(m["codes"]) > 255:
            raise Malformed("something is named twice, or nothing is named")
        if any(s["recused"] != sorted(set(s["recused"])) for s in m["subjects"]):
            raise Malformed("recused deputies are in order")
        self.slice_keys = {c: [modulus(m["issuers"][i]["slices"][c]) for i in "ab"] for c in self.slots}
        self.token_keys = {c: [modulus(m["issuers"][i]["tokens"][c]) for i in "ab"] for c in subjects}

    def stamped(self, kind: str, column: str, key: str, stamps: Any) -> bool:
        issuers = (self.slice_keys if kind == "slice" else self.token_keys)[column]
        message = labelled("stamp-" + kind, self.hash, column.encode(), bytes.fromhex(key))
        return all(
            pss_holds(n, bytes.fromhex(stamps[i]["prefix"]) + message, bytes.fromhex(stamps[i]["signature"]))
            for n, i in zip(issuers, "ab")
        )


class Verifier:
    """All rules, in the order of the files."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.found: List[Tuple[str, str, str]] = []

    def add(self, rule: str, place: str, message: str) -> None:
        self.found.append((rule, place, message))

    def file(self, name_: str) -> Optional[bytes]:
        try:
            return (self.folder / name_).read_bytes()
        except OSError:
            self.add("file", name_, "缺少文件，或无法读取")
            return None

    def note(self, name_: str) -> Optional[bytes]:
        data = self.file(name_)
        try:
            return None if data is None else data.decode().encode()
        except UnicodeDecodeError:
            self.add("file", name_, "不是 UTF-8 文本")
            return None

    def lines(self, name_: str) -> Optional[List[bytes]]:
        data = self.file(name_)
        if data is None or data == b"":
            return None if data is None else []
        if not data.endswith(b"\n"):
            self.add("file", name_, "最后一行不完整")
            return None
        return data[:-1].split(b"\n")

    def statement(self, name_: str, data: bytes, kind: str, shape: Shape, rule: str) -> Optional[Tuple[Note, Any]]:
        try:
            note = Note(data)
            parts = note.text.split("\n")
            if len(parts) != 4 or parts[:2] != ["jiandu-ballot-statement/1 " + kind, self.poll.hash.hex()]:
                raise Malformed("another statement")
            return note, read(parts[2].encode(), shape)
        except Malformed:
            self.add(rule, name_, "不是本次测评的声明，或格式不对")
            return None

    def run(self) -> None:
        data = self.file("manifest.json")
        if data is None:
            return
        try:
            self.poll = Poll(data)
        except Malformed:
            self.add("manifest", "manifest.json", "清单格式不对")
            return
        self.roster()
        self.policy: Optional[bytes] = None
        for name_ in ("page", "policy"):
            content = self.file(name_)
            if content is not None and sha256(content).hex() != self.poll.m[name_ + "_hash"]:
                self.add(name_, name_, "与清单中的哈希不符")
            elif name_ == "policy":
                self.policy = content
        self.checkpoint()
        if self.log():
            self.close()

    def roster(self) -> None:
        self.names: Set[str] = set()
        data = self.file("roster.json")
        if data is None:
            return
        try:
            names = read(data, lambda v: listed(text)(v) and v == sorted(set(v)))
        except Malformed:
            self.add("file", "roster.json", "名单格式不对")
            return
        self.names = set(names)
        if sha256(data).hex() != self.poll.m["roster_hash"]:
            self.add("roster", "roster.json", "与清单中的哈希不符")
        if any(recused - self.names for recused in self.poll.recused.values()):
            self.add("roster", "roster.json", "有回避的代表不在名单中")

    # -------------------------------------------------------------------------------------------- the log

    def checkpoint(self) -> None:
        self.size, self.root = None, None  # type: Optional[int], Optional[bytes]
        data = self.note("checkpoint.note")
        if data is None:
            return
        try:
            note = Note(data)
            parts = note.text.split("\n")
            if len(parts) != 4 or parts[0] != "jiandu-ballot-log/1/" + self.poll.hash.hex():
                raise Malformed("another log")
            size, root = int(parts[1]), base64.b64decode(parts[2], validate=True)
            if [str(size), base64.b64encode(root).decode()] != parts[1:3]:
                raise Malformed("numbers are written one way only")
        except (Malformed, ValueError):
            self.add("checkpoint", "checkpoint.note", "不是本次测评票册的检查点")
            return
        self.size, self.root = size, root
        if not note.signers([self.poll.m["log_key"]]):
            self.add("checkpoint", "checkpoint.note", "没有票册的有效签名")
        if len(note.signers(self.poll.m["witness_keys"])) < self.poll.m["witness_quorum"]:
            self.add("witnesses", "checkpoint.note", "见证人的有效签名不够")

    def log(self) -> bool:
        statements = [self.note(name_) for name_ in STATEMENTS]
        lines = self.lines("entries.jsonl")
        hashes = self.hashes()
        if lines is None:
            return False
        if hashes is not None and None not in statements:
            self.leaves([self.poll.data] + [s for s in statements if s is not None] + lines, hashes)
        complete = self.issuers(statements)
        return self.envelopes(lines) and complete

    def hashes(self) -> Optional[List[bytes]]:
        lines = self.lines("leaves.txt")
        if lines is None:
            return None
        if not all(re.match(rb"[0-9a-f]{64}\Z", line) for line in lines):
            self.add("file", "leaves.txt", "不是每行一个哈希")
            return None
        hashes = [bytes.fromhex(line.decode()) for line in lines]
        if self.size is not None and (len(hashes), merkle_root(hashes)) != (self.size, self.root):
            self.add("root", "leaves.txt", "与检查点的条数或根哈希不符")
        return hashes

    def leaves(self, leaves: List[bytes], hashes: List[bytes]) -> None:
        for i in range(max(len(leaves), len(hashes))):
            if i >= min(len(leaves), len(hashes)) or leaf_hash(leaves[i]) != hashes[i]:
                self.add("leaf", "leaf %d" % i, "从这一条起有改动、缺少、增加或调换")
                return

    def issuers(self, statements: List[Optional[bytes]]) -> bool:
        self.collected: Dict[str, Set[str]] = {}
        self.forms: Dict[str, Dict[str, int]] = {}
        complete = True
        for i, name_, data in zip("abab", STATEMENTS, statements):
            kind = "collectors" if name_.startswith("collectors") else "keys-destroyed"
            rule, shape = kind.replace("-", "_"), COLLECTORS if kind == "collectors" else DESTROYED
            found = None if data is None else self.statement(name_, data, kind, shape, rule)
            if found is None:
                complete = False
                continue
            note, body = found
            if body["issuer"] != i or not note.signed_by(NoteKey(self.poll.m["issuers"][i]["statements"])):
                self.add(rule, name_, "没有发票方的有效签名")
            if kind == "collectors":
                self.collectors(i, name_, body)
        if len(self.forms) == 2 and self.forms["a"] != self.forms["b"]:
            self.add("collectors", STATEMENTS[1], "甲乙双方发出的纸质票数不同")
        return complete

    def collectors(self, issuer: str, name_: str, body: Any) -> None:
        names = set(body["deputies"])
        self.collected[issuer] = names
        if body["deputies"] != sorted(names):
            self.add("collectors", name_, "有人重复，或名单没有排序")
        if names - self.names:
            self.add("collectors", name_, "有不在代表名单中的人")
        if any(all(d in recused for recused in self.poll.recused.values()) for d in names):
            self.add("collectors", name_, "有对全部测评对象都应回避的人")
        if body["issued"] != {s: len(names - recused) for s, recused in self.poll.recused.items()}:
            self.add("collectors", name_, "发出票数与名单（扣除回避）不符")
        forms = self.forms[issuer] = body["paper"]
        limit = body["issued"] if self.poll.m["mode"] == "mixed" else {}
        if set(forms) != set(self.poll.subjects) or any(n < 0 or n > limit.get(s, 0) for s, n in forms.items()):
            self.add("collectors", name_, "纸质票数与测评对象、投票方式或发出票数不符")

    def envelopes(self, lines: List[bytes]) -> bool:
        self.entries: List[Any] = []
        for i, line in enumerate(lines, FIRST_ENTRY):
            try:
                self.entries.append(read(line, ENTRY))
            except Malformed:
                self.add("file", "leaf %d" % i, "不是规范的信封记录")
                self.entries.append(None)
        jobs = []
        for e in self.entries:
            if e is not None:
                token = bytes.fromhex(e["token"])
                sealed = bytes.fromhex(e["ciphertext_hash"])
                message = labelled("envelope", self.poll.hash, e["subject"].encode(), token, sealed)
                jobs.append((token, message, bytes.fromhex(e["signature"])))
        signed = iter(all_hold(jobs))
        first: Dict[str, int] = {}
        for i, e in enumerate(self.entries, FIRST_ENTRY):
            if e is None:
                continue
            place, good = "leaf %d" % i, next(signed)
            if e["manifest"] != self.poll.hash.hex() or e["subject"] not in self.poll.recused:
                self.add("envelope_stamp", place, "信封不属于本次测评的任何测评对象")
            elif not good:
                self.add("envelope_signature", place, "信封的签名与内容不符")
            elif not self.poll.stamped("token", e["subject"], e["token"], e["stamps"]):
                self.add("envelope_stamp", place, "信封没有两家的有效盖章")
            if e["token"] in first:
                self.add("token_twice", place, "与第 %d 条用了同一张票" % first[e["token"]])
            first.setdefault(e["token"], i)
        return None not in self.entries

    # ------------------------------------------------------------------------------------------ the count

    def close(self) -> None:
        both = self.collected["a"] & self.collected["b"]
        self.issued = {s: len(both - recused) for s, recused in self.poll.recused.items()}
        self.on_paper = {s: self.forms["a"].get(s, 0) for s in self.poll.subjects}
        self.returned = {s: sum(e["subject"] == s for e in self.entries) for s in self.poll.subjects}
        data = self.note("close.note")
        found = None if data is None else self.statement("close.note", data, "close", CLOSE, "turnout")
        self.turnouts: Dict[str, Any] = {} if found is None else found[1]["turnout"]
        void = self.not_to_be_opened()
        if found is not None:
            self.turnout(found[0], found[1], void)
            if void is None and found[1]["void"] and found[1]["reason"] == "declared":
                void = "declared"
        if void is None:
            self.paper_box()
            self.openings()
            return
        for name_ in OPENED:
            if (self.folder / name_).exists():
                self.add("void", name_, "作废的测评不得开箱，却公布了开箱结果")

    def not_to_be_opened(self) -> Optional[str]:
        reason = None
        for s in self.poll.subjects:
            sheets = self.turnouts[s]["paper_returned"] if s in self.turnouts else 0
            if self.returned[s] > self.issued[s] - self.on_paper[s] or sheets > self.on_paper[s]:
                return "more_returned_than_issued"
            if self.poll.m["mode"] == "mixed":
                for used in (self.returned[s], sheets):
                    if 1 <= used < self.poll.m["minimum_path"]:
                        reason = "minimum_path"
        return reason

    def turnout(self, note: Note, body: Any, void: Optional[str]) -> None:
        if len(note.signers(self.poll.m["scrutineer_keys"])) < 3:
            self.add("turnout", "close.note", "没有三名监票人的有效签名")
        if self.root is not None and (body["log_size"], body["log_root"]) != (self.size, self.root.hex()):
            self.add("turnout", "close.note", "封箱时的票册与检查点不符")
        if set(body["turnout"]) != set(self.poll.subjects):
            self.add("turnout", "close.note", "测评对象与清单不符")
        for s in self.poll.subjects:
            if s not in body["turnout"]:
                continue
            t, entitled = body["turnout"][s], len(self.names - self.poll.recused[s])
            expected = [entitled, self.issued[s], self.returned[s] + t["paper_returned"], self.on_paper[s]]
            if [t["entitled"], t["issued"], t["returned"], t["paper_issued"]] != expected:
                self.add("turnout", s, "应到、发出、收回与名单和票册不符")
            if t["issued"] > t["present"] or t["present"] > t["entitled"]:
                self.add("turnout", s, "发出多于实到，或实到多于应到")
        allowed = [(void is not None, void)] + ([(True, "declared")] if void is None else [])
        if (body["void"], body["reason"]) not in allowed:
            self.add("void", "close.note", "收回多于发出，或某一方式的票数少于下限，即为作废：声明与票册不符")

    def paper_box(self) -> None:
        """The paper sheets: signed, as many as the close says, and every row as long as the sheets."""
        self.paper: Any = None
        if self.poll.m["mode"] == "phones":
            if (self.folder / "paper.note").exists():
                self.add("paper", "paper.note", "本次测评没有纸票，却公布了纸票计数")
            return
        data = self.note("paper.note")
        found = None if data is None else self.statement("paper.note", data, "paper", PAPER, "paper")
        if found is None:
            return
        note, body = found
        if len(note.signers(self.poll.m["scrutineer_keys"])) < 3:
            self.add("paper", "paper.note", "没有三名监票人的有效签名")
        wanted = {q: sorted(self.poll.m["codes"] + ["invalid"]) for q in self.poll.m["questions"]}
        fits = set(body["sheets"]) == set(body["rows"]) == set(self.poll.subjects)
        for rows in body["rows"].values():
            fits = fits and {q: sorted(row) for q, row in rows.items()} == wanted
            fits = fits and all(n >= 0 for row in rows.values() for n in row.values())
        if not fits:
            self.add("paper", "paper.note", "测评对象、项目或选项与清单不符")
            return
        self.paper = body
        for s in self.poll.subjects:
            sheets = body["sheets"][s]
            if s in self.turnouts and self.turnouts[s]["paper_returned"] != sheets:
                self.add("paper", s, "纸票张数与封箱声明不符")
            for q, row in body["rows"][s].items():
                if sum(row.values()) != sheets:
                    self.add("paper", "%s/%s" % (s, q), "纸票各选项之和与张数不符")

    def openings(self) -> None:
        bodies = []
        for team, name_ in enumerate(OPENINGS, 1):
            data = self.note(name_)
            found = None if data is None else self.statement(name_, data, "opening", OPENING, "openings")
            if found is None:
                continue
            note, body = found
            bodies.append(body)
            shares = set(body["shares"])
            if body["team"] != team or len(shares) != 3 or len(body["shares"]) != 3 or not shares <= {1, 2, 3, 4, 5}:
                self.add("openings", name_, "组别或所用密钥份号不对")
            elif not shares <= note.signers(self.poll.m["scrutineer_keys"]):
                self.add("openings", name_, "没有该组三名监票人的有效签名")
            if self.root is not None and body["log_root"] != self.root.hex():
                self.add("openings", name_, "所开的票册与检查点不符")
            self.set_aside(name_, body)
        if len(bodies) == 2:
            one, two = bodies
            if set(one["shares"]) == set(two["shares"]):
                self.add("openings", OPENINGS[1], "两组用了同样的密钥份")
            if any(one[k] != two[k] for k in one if k not in ("team", "shares")):
                self.add("openings", OPENINGS[1], "两组开箱结果不同")
        opening = bodies[0] if bodies else None
        self.follows(opening, self.slices(opening))

    def set_aside(self, name_: str, body: Any) -> None:
        places = [item["leaf"] - FIRST_ENTRY for item in body["set_aside"]]
        if places != sorted(set(places)) or not all(0 <= p < len(self.entries) for p in places):
            self.add("openings", name_, "无效信封的编号不在票册中，或重复")
        kept = self.kept(body)
        if body["unopened"] != sorted(s for s in kept if kept[s] < self.poll.m["minimum_group"]):
            self.add("openings", name_, "票数过少而不开的测评对象与票册不符")

    def aside(self, body: Any) -> Dict[str, int]:
        places = [item["leaf"] - FIRST_ENTRY for item in body["set_aside"]]
        subjects = [self.entries[p]["subject"] for p in places if 0 <= p < len(self.entries)]
        return {s: subjects.count(s) for s in self.poll.subjects}

    def kept(self, body: Any) -> Dict[str, int]:
        aside = self.aside(body)
        return {s: self.returned[s] - aside[s] for s in self.poll.subjects}

    def slices(self, opening: Any) -> Optional[Dict[str, List[Any]]]:
        lines = self.lines("slices.jsonl")
        if lines is None:
            return None
        pieces, jobs = [], []
        for i, line in enumerate(lines, 1):
            try:
                piece = read(line, SLICE)
            except Malformed:
                self.add("file", "slice %d" % i, "不是规范的答案记录")
                continue
            pieces.append((i, piece))
            codes = [self.poll.m["codes"].index(g) for g in piece["grades"] if g in self.poll.m["codes"]]
            key = bytes.fromhex(piece["key"])
            message = labelled("slice", self.poll.hash, piece["slot"].encode(), key, bytes(codes))
            jobs.append((key, message, bytes.fromhex(piece["signature"])))
        for i in range(1, len(lines)):
            if lines[i] < lines[i - 1]:
                self.add("slice_order", "slice %d" % (i + 1), "没有按内容排序")
                break
        columns: Dict[str, List[Any]] = collections.defaultdict(list)
        first: Dict[str, int] = {}
        for (i, piece), signed in zip(pieces, all_hold(jobs)):
            place, slot = "slice %d" % i, piece["slot"]
            if piece["key"] in first:
                self.add("slice_twice", place, "与第 %d 行重复" % first[piece["key"]])
            first.setdefault(piece["key"], i)
            if slot not in self.poll.slots:
                self.add("slice_stamp", place, "%s：没有这一栏" % slot)
                continue
            questions = self.poll.slots[slot][1]
            if len(piece["grades"]) != len(questions) or not set(piece["grades"]) <= set(self.poll.m["codes"]):
                self.add("slice_grade", place, "%s：没有这样的选项" % slot)
                continue
            columns[slot].append(piece)
            if not signed:
                self.add("slice_signature", place, "%s：答案与其签名不符" % slot)
            elif not self.poll.stamped("slice", slot, piece["key"], piece["stamps"]):
                self.add("slice_stamp", place, "%s：没有两家为这一栏盖的有效章" % slot)
        if opening is None:
            return columns
        if (opening["slices"], opening["slices_root"]) != (
            len(lines),
            merkle_root([leaf_hash(line) for line in lines]).hex(),
        ):
            self.add("slice_root", "slices.jsonl", "与两组开箱结果不符")
        kept = self.kept(opening)
        for slot, (subject, _) in self.poll.slots.items():
            expected = 0 if subject in opening["unopened"] else kept[subject]
            if len(columns[slot]) != expected:
                self.add("column_length", slot, "应有 %d 份答案，公布了 %d 份" % (expected, len(columns[slot])))
        self.tally(opening, columns)
        return columns

    def tally(self, opening: Any, columns: Dict[str, List[Any]]) -> None:
        data = self.file("tally.json")
        if data is None:
            return
        try:
            published = read(data, TALLY)
        except Malformed:
            self.add("file", "tally.json", "计票结果格式不对")
            return
        if published["manifest"] != self.poll.hash.hex() or set(published["subjects"]) != set(self.poll.subjects):
            self.add("tally", "tally.json", "不是本次测评的计票结果")
            return
        aside = self.aside(opening)
        for s in self.poll.subjects:
            said = published["subjects"][s]
            questions = [] if s in opening["unopened"] else self.poll.m["questions"]
            turnout = [said["issued"], said["returned"], said["set_aside"]]
            mine = [self.issued[s] - self.on_paper[s], self.returned[s], aside[s]]
            if turnout != mine or set(said["questions"]) != set(questions):
                self.add("tally", s, "发出、收回、无效信封数或项目与重新计票不符")
                continue
            for q in questions:
                if said["questions"][q] != self.counted(columns, s, q):
                    self.add("tally", "%s/%s" % (s, q), "票数与重新计票不符")

    def counted(self, columns: Dict[str, List[Any]], subject: str, question: str) -> Dict[str, int]:
        """How often each code stands in the slices of a question about a subject."""
        counted = {code: 0 for code in self.poll.m["codes"]}
        for slot, (about, asked) in self.poll.slots.items():
            if about == subject and question in asked:
                for piece in columns[slot]:
                    counted[piece["grades"][asked.index(question)]] += 1
        return counted

    # ------------------------------------------------------------------------------------ table and marks

    def follows(self, opening: Any, columns: Optional[Dict[str, List[Any]]]) -> None:
        """The table and the marks, made again from the recount; what cannot be made is not compared."""
        table, marks = self.file("table.csv"), self.file("marks.json")
        possible = set(self.turnouts) == set(self.poll.subjects) and all(
            t["returned"] <= t["issued"] <= t["present"] <= t["entitled"] for t in self.turnouts.values()
        )
        if opening is None or columns is None or not possible:
            return
        if self.poll.m["mode"] == "mixed" and self.paper is None:
            return
        self.totals: Dict[str, Dict[str, Dict[str, int]]] = {s: {} for s in self.poll.subjects}
        mine = self.table(opening, columns)
        if table is not None:
            self.compare_table(table, mine)
        if self.policy is not None:
            self.marks(marks, opening)

    def table(self, opening: Any, columns: Dict[str, List[Any]]) -> List[str]:
        m, aside = self.poll.m, self.aside(opening)
        codes, labels = m["codes"] + ["invalid"], m["labels"]
        head = ["测评对象", "项目", "方式", "发出", "收回"] + [labels["codes"].get(c, c) for c in m["codes"]] + ["无效"]
        lines = [head]
        for s in self.poll.subjects:
            t, out, back = self.turnouts[s], self.issued[s] - self.on_paper[s], self.returned[s]
            for q in m["questions"]:
                phones: Optional[Dict[str, int]] = dict(self.counted(columns, s, q), invalid=aside[s])
                if s in opening["unopened"]:
                    only_paper = back == 0 and m["mode"] == "mixed" and t["paper_returned"] > 0
                    phones = {c: 0 for c in codes} if only_paper else None
                rows, both = [("手机", out, back, phones)], phones
                if m["mode"] == "mixed":
                    sheets = self.paper["rows"][s][q]
                    both = None if phones is None else {c: phones[c] + sheets[c] for c in codes}
                    rows.append(("纸票", t["paper_issued"], t["paper_returned"], sheets))
                    rows.append(("合计", out + t["paper_issued"], back + t["paper_returned"], both))
                if both is not None:
                    self.totals[s][q] = both
                for path, issued, returned, counts in rows:
                    place = [labels["subjects"].get(s, s), labels["questions"].get(q, q), path]
                    cells = ["" if counts is None else str(counts[c]) for c in codes]
                    lines.append(place + [str(issued), str(returned)] + cells)
        return [",".join(map(cell, line)) for line in lines]

    def compare_table(self, data: bytes, mine: List[str]) -> None:
        lines = data.split(b"\r\n")
        if not data.startswith(b"\xef\xbb\xbf") or len(lines) != len(mine) + 1:
            self.add("table", "table.csv", "不是规范的表，或行数与重新计票不符")
            return
        expected = [line.encode() for line in mine] + [b""]
        expected[0] = b"\xef\xbb\xbf" + expected[0]
        for i, (line, wanted) in enumerate(zip(lines, expected), 1):
            if line != wanted:
                self.add("table", "row %d" % i, "表的这一行与重新计票不符")

    def marks(self, data: Optional[bytes], opening: Any) -> None:
        rule = verdict_rule(self.policy or b"", self.poll)
        if rule is None:
            self.add("policy", "policy", "不是本次测评的等次和项目所用的测评办法")
            return
        if data is None:
            return
        try:
            published = read(data, MARKS)
        except Malformed:
            self.add("file", "marks.json", "标注格式不对")
            return
        if published["manifest"] != self.poll.hash.hex() or set(published["subjects"]) != set(self.poll.subjects):
            self.add("marks", "marks.json", "不是本次测评的标注")
            return
        aside = self.aside(opening)
        for s in self.poll.subjects:
            t, totals = self.turnouts[s], self.totals[s]
            mine = {
                "unreturned": bool(totals) and turnable(rule, t, totals, t["issued"] - t["returned"], 0),
                "set_aside": bool(totals) and turnable(rule, t, totals, 0, aside[s]),
            }
            if published["subjects"][s] != mine:
                self.add("marks", s, "未收回的票或无效信封能否改变结论，与重新计算不符")


def cell(value: str) -> str:
    """A cell of the table, which no spreadsheet program takes for a formula."""
    value = re.sub("[\x00-\x1f\x7f\x85\u2028\u2029]", " ", value)
    if re.match(" *[=+@-]", value):
        value = "'" + value
    return '"%s"' % value.replace('"', '""') if '"' in value or "," in value else value


# ---------------------------------------------------------------------------------------------- the verdict


def verdict_rule(data: bytes, poll: Poll) -> Optional[Any]:
    """What the policy says of the verdict; None when it is not of this poll."""
    kinds = ("valid", "valid_without_abstentions", "returned", "present", "entitled")
    try:
        rule = json.loads(data.decode())
        grades = [c for c in poll.m["codes"] if c not in ("abstain", "blank")]
        rate = re.match(r"([0-9]{1,12})/([1-9][0-9]{0,11})\Z", rule["pass_rate"])
        fits = (
            rate is not None
            and int(rate.group(1)) <= int(rate.group(2))
            and listed(text)(rule["passing_grades"])
            and len(rule["passing_grades"]) > 0
            and set(rule["passing_grades"]) <= set(grades)
            and rule["denominator"] in kinds
            and rule["overall_from"] in ("overall", "mean_of_dimensions", "every_dimension")
            and rule["blank_row"] in ("abstention", "invalid")
            and "overall" in poll.m["questions"]
            and (rule["overall_from"] == "overall" or len(poll.m["questions"]) > 1)
        )
    except (ValueError, KeyError, TypeError):
        return None
    return dict(rule, grades=grades, rate=fractions.Fraction(rule["pass_rate"])) if fits else None


def turnable(rule: Any, turnout: Any, totals: Dict[str, Dict[str, int]], unreturned: int, aside: int) -> bool:
    """Whether so many more ballots, or so many unreadable ones, could have made the other verdict.

    All of them say one thing: the rate is highest when all pass, and lowest when all say what lowers it most.
    """
    verdict = passes(rule, turnout, totals, 0, 0, "")
    if verdict is None or unreturned + aside == 0:
        return False
    words = rule["grades"] + ["abstain", "invalid"]
    return (not verdict) in [passes(rule, turnout, totals, unreturned, aside, word) for word in words]


def passes(
    rule: Any, turnout: Any, totals: Dict[str, Dict[str, int]], unreturned: int, aside: int, word: str
) -> Optional[bool]:
    """The verdict when all unreturned and set-aside ballots had said this word; None when there is none."""
    rates = []
    for q in ["overall"] if rule["overall_from"] == "overall" else [q for q in totals if q != "overall"]:
        row = collections.Counter(totals[q])
        row["abstain" if rule["blank_row"] == "abstention" else "invalid"] += row.pop("blank", 0)
        row["invalid"] -= aside
        if word:
            row[word] += unreturned + aside
        valid = sum(row[g] for g in rule["grades"]) + row["abstain"]
        of = {
            "valid": valid,
            "valid_without_abstentions": valid - row["abstain"],
            "returned": valid + row["invalid"],
            "present": turnout["present"],
            "entitled": turnout["entitled"],
        }[rule["denominator"]]
        if valid == 0 or of == 0:
            return None
        rates.append(fractions.Fraction(sum(row[g] for g in set(rule["passing_grades"])), of))
    rate = sum(rates) / len(rates) if rule["overall_from"] == "mean_of_dimensions" else min(rates)
    return bool(rate >= rule["rate"])


def openssl_works() -> bool:
    """Whether openssl checks an Ed25519 signature: the second test vector of RFC 8032, 7.1."""
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    try:
        return ed25519_holds(key, b"\x72", signature) and not ed25519_holds(key, b"x", signature)
    except OSError:
        return False


def main(arguments: List[str]) -> int:
    machine = arguments[:1] == ["--machine"]
    arguments = arguments[1:] if machine else arguments
    if len(arguments) != 1 or not pathlib.Path(arguments[0]).is_dir():
        print("用法：python3 verify_ballot.py 公布文件夹", file=sys.stderr)
        return 2
    if not openssl_works():
        print("找不到可用的 openssl 命令（需要 3.0 或更高版本），无法核对签名。", file=sys.stderr)
        return 2
    verifier = Verifier(pathlib.Path(arguments[0]))
    verifier.run()
    if machine:
        for finding in verifier.found:
            print("\t".join(finding))
    elif verifier.found:
        for rule, place, message in verifier.found:
            print("✗ %s：%s（%s）" % (place, message, rule))
        print("核对未通过：%d 处不符。" % len(verifier.found))
    else:
        print("✓ 全部规则核对通过。清单编号 %s" % verifier.poll.hash.hex())
    return 1 if verifier.found else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
