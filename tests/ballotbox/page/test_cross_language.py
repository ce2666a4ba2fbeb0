"""The deputies' page and the Python side speak one protocol: phones in node collect from the issuers and cast into the
box of Python, which opens and counts them beside Python's own phones. Every message is compared byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ballotbox.secret.blind_rsa import blind
from ballotbox.secret.box import Receipt, receipt_holds
from ballotbox.secret.ceremony import set_up
from ballotbox.secret.encoding import labelled
from ballotbox.secret.envelopes import Entry as LogEntry
from ballotbox.secret.envelopes import Envelope, entry_fault
from ballotbox.secret.log import read_log, root_of_hashes, sign_checkpoint
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.opening import Opening
from ballotbox.secret.requests import StampValues, entitled_subjects
from ballotbox.secret.signing import public_bytes
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.stamps import keys_of, stamped_message
from ballotbox.secret.statements import sign_statement
from ballotbox.secret.tally import count
from domain.acts import Refusal
from tests.ballotbox.page.node import NodePhones, Refused
from tests.ballotbox.secret.scripted import DEPUTIES, ScriptedPoll, ballot_of, facts
from transparency.merkle import leaf_hash

IN_NODE = ("d01", "d02", "d12")
"""d12 is recused on `czs`."""
IN_PYTHON = ("d03", "d04", "d05")


def values(told: Mapping[str, Mapping[str, str]]) -> StampValues:
    return StampValues(
        *({name: bytes.fromhex(value) for name, value in told[kind].items()} for kind in ("slices", "tokens"))
    )


def written(answer: StampValues) -> dict[str, dict[str, str]]:
    return {kind: {name: v.hex() for name, v in part.items()} for kind, part in answer._asdict().items()}


class Voted(NamedTuple):
    """A poll in which phones of both languages have voted."""

    poll: ScriptedPoll
    envelopes: dict[tuple[str, str], tuple[bytes, str]]
    """Bytes and expected leaf of node's envelopes, by deputy and subject."""
    receipts: list[Receipt]
    opening: Opening


def collect(node_phones: NodePhones, poll: ScriptedPoll, deputy: str) -> None:
    for issuer in ISSUERS:
        asked = values(node_phones.tell("ask", phone=deputy, issuer=issuer))
        answer = poll.issuers[issuer].stamp(deputy, asked)
        node_phones.tell("take", phone=deputy, issuer=issuer, answer=written(answer))


def new_phone(node_phones: NodePhones, poll: Poll, deputy: str) -> None:
    subjects = node_phones.tell("entitled", poll=poll.hash.hex(), deputy=deputy)["subjects"]
    assert subjects == list(entitled_subjects(poll, deputy))
    node_phones.tell("keys", phone=deputy, poll=poll.hash.hex(), subjects=subjects)


@pytest.fixture(scope="module")
def voted(node_phones: NodePhones) -> Voted:
    chosen = facts()
    poll = ScriptedPoll(chosen, set_up(chosen))
    node_phones.tell("poll", data=poll.poll.data.hex(), hash=poll.poll.hash.hex())
    for deputy in IN_NODE:
        new_phone(node_phones, poll.poll, deputy)
        collect(node_phones, poll, deputy)
    poll.collect(*IN_PYTHON)
    envelopes: dict[tuple[str, str], tuple[bytes, str]] = {}
    receipts: list[Receipt] = []
    for deputy in IN_NODE:
        for subject in entitled_subjects(poll.poll, deputy):
            marks = ballot_of(DEPUTIES.index(deputy))[subject]
            sealed = node_phones.tell("seal", phone=deputy, subject=subject, marks=marks)
            data = bytes.fromhex(sealed["envelope"])
            envelopes[deputy, subject] = (data, sealed["leaf"])
            receipts.append(poll.box.cast(Envelope.from_bytes(data)))
    for deputy in IN_PYTHON:
        poll.cast(*poll.phones[deputy].fill(ballot_of(DEPUTIES.index(deputy))))
    poll.box.close()
    opening = poll.open((1, 3, 5))
    return Voted(poll, envelopes, receipts, opening)


def test_envelopes_are_those_of_python(voted: Voted) -> None:
    lengths: dict[str, set[int]] = {}
    for (_, subject), (data, leaf) in voted.envelopes.items():
        envelope = Envelope.from_bytes(data)
        assert envelope.to_bytes() == data
        assert envelope.subject == subject
        entry = LogEntry.of(voted.poll.poll, envelope)
        assert entry_fault(voted.poll.poll, entry) is None
        assert leaf_hash(entry.to_bytes()).hex() == leaf
        lengths.setdefault(subject, set()).add(len(data))
    assert {subject: len(each) for subject, each in lengths.items()} == {"czs": 1, "lys": 1, "zhs": 1}


def test_receipts_name_the_leaf_and_hold(voted: Voted, node_phones: NodePhones) -> None:
    poll, leaves = voted.poll.poll, [leaf for _, leaf in voted.envelopes.values()]
    assert [receipt.leaf for receipt in voted.receipts] == leaves
    for receipt in voted.receipts:
        good = receipt.model_dump(mode="json")
        assert receipt_holds(poll, receipt)
        assert node_phones.tell("receipt", poll=poll.hash.hex(), receipt=good) == {"holds": True}
    other = leaves[1]
    for spoiled in ({"leaf": other}, {"manifest": other}, {"signature": other * 2}, {"type": "receipt"}, {"leaf": ""}):
        told = {**voted.receipts[0].model_dump(mode="json"), **spoiled}
        assert node_phones.tell("receipt", poll=poll.hash.hex(), receipt=told) == {"holds": False}


def test_the_same_bytes_get_the_same_receipt(voted: Voted) -> None:
    again = [voted.poll.box.cast(Envelope.from_bytes(data)) for data, _ in voted.envelopes.values()]
    assert again == voted.receipts


def test_every_answer_of_node_is_in_the_count(voted: Voted, node_phones: NodePhones) -> None:
    poll = voted.poll.poll
    assert voted.opening.set_aside == ()
    assert voted.opening.unopened == ()
    published = [line.decode() for line in voted.opening.lines]
    found = 0
    for deputy, subject in voted.envelopes:
        marks = ballot_of(DEPUTIES.index(deputy))[subject]
        mine = node_phones.tell("published", phone=deputy, subject=subject, marks=marks)["lines"]
        assert [line["line"] for line in mine if line["line"] not in published] == []
        found += sum(line["rows"] for line in mine)
    assert found == 2 * (3 + 3 + 2)
    slices = [PublishedSlice.model_validate_json(line) for line in published]
    assert all(voted.poll.phones[d].counted(slices, ballot_of(DEPUTIES.index(d))) for d in IN_PYTHON)
    tally = count(poll, read_log(poll, voted.poll.box.leaves), slices, (), ())
    for subject in ("czs", "lys", "zhs"):
        for question in poll.manifest.questions:
            expected = [
                ballot_of(DEPUTIES.index(d))[subject][question]
                for d in (*IN_NODE, *IN_PYTHON)
                if d not in poll.recused[subject]
            ]
            counted = tally.subjects[subject].questions[question]
            assert counted == {code: expected.count(code) for code in poll.manifest.codes}


def test_other_marks_are_not_found(voted: Voted, node_phones: NodePhones) -> None:
    published = {line.decode() for line in voted.opening.lines}
    marks = ballot_of(DEPUTIES.index("d01"))["czs"]
    other = {question: next(c for c in ("excellent", "abstain") if c != code) for question, code in marks.items()}
    mine = node_phones.tell("published", phone="d01", subject="czs", marks=other)["lines"]
    assert all(line["line"] not in published for line in mine)
    # … while its key is there: the page tells "altered" from "missing".
    assert all(any(line["key"] in each for each in published) for line in mine)


def test_the_log_and_the_opening_are_read_alike(voted: Voted, node_phones: NodePhones) -> None:
    poll, dealt, leaves = voted.poll.poll, voted.poll.dealt, voted.poll.box.leaves
    poll_hash, hashes = poll.hash.hex(), [leaf_hash(leaf) for leaf in leaves]
    note = sign_checkpoint(poll, leaves, dealt.log, *(dealt.witnesses[n] for n in (1, 3, 5)))
    root = root_of_hashes(hashes).hex()
    assert node_phones.tell("checkpoint", poll=poll_hash, note=note) == {
        "size": len(leaves),
        "root": root,
        "byLog": True,
        "witnesses": 3,
    }
    assert node_phones.tell("root", lines=[each.hex() for each in hashes]) == {"root": root}
    assert node_phones.tell("root", lines=[each.hex() for each in reversed(hashes)]) != {"root": root}
    unsigned = sign_checkpoint(poll, leaves, dealt.witnesses[2])
    assert node_phones.tell("checkpoint", poll=poll_hash, note=unsigned)["byLog"] is False
    assert (
        node_phones.tell(
            "checkpoint", poll=poll_hash, note=note.replace(f"\n{len(leaves)}\n", f"\n{len(leaves) + 1}\n")
        )["witnesses"]
        == 0
    )
    for spoiled in (
        note.replace(poll_hash, "0" * 64),
        note.replace(f"\n{len(leaves)}\n", f"\n0{len(leaves)}\n"),
        note[:-1],
        "",
    ):
        with pytest.raises(Refused):
            node_phones.tell("checkpoint", poll=poll_hash, note=spoiled)

    statement = voted.opening.statement(1, (1, 3, 5))
    signed = sign_statement(poll, statement, *(dealt.scrutineers[n] for n in (1, 3, 5)))
    read = node_phones.tell("opening", poll=poll_hash, note=signed)
    assert read["slicesRoot"] == statement.slices_root
    assert (read["logRoot"], read["slices"], read["scrutineers"]) == (root, len(voted.opening.lines), 3)
    assert node_phones.tell("slicesRoot", lines=[line.decode() for line in voted.opening.lines]) == {
        "root": statement.slices_root
    }
    with pytest.raises(Refused):
        node_phones.tell("opening", poll=poll_hash, note=signed.replace(" opening\n", " close\n"))


def test_what_is_derived_from_the_seed(voted: Voted, node_phones: NodePhones) -> None:
    """The whole request again in Python, from the seed alone, as protocol/wallet.ts writes it down."""
    poll = voted.poll.poll
    seed = bytes.fromhex(node_phones.tell("keys", phone="derived", poll=poll.hash.hex(), subjects=["lys"])["seed"])
    assert len(seed) == 32
    asked = values(node_phones.tell("ask", phone="derived", issuer="b"))

    def derive(label: str, length: int, *parts: str | bytes) -> bytes:
        info = labelled(label, poll.hash, *(p.encode() if isinstance(p, str) else p for p in parts))
        return HKDF(SHA256(), length, salt=poll.hash, info=info).derive(seed)

    columns = [("slice", slot.name) for slot in poll.manifest.slots_of("lys")] + [("token", "lys")]
    for kind, column in columns:
        name = "slice" if kind == "slice" else "token"
        rsa = keys_of(poll, "slice" if kind == "slice" else "token", column)[1]
        n = rsa.public_numbers().n
        key = public_bytes(Ed25519PrivateKey.from_private_bytes(derive("phone-key", 32, name, column)))
        prefix, salt = (
            derive(label, size, "b", name, column) for label, size in (("phone-prefix", 32), ("phone-salt", 48))
        )
        drawn = (int.from_bytes(derive("phone-inverse", 256, "b", name, column, bytes([i])), "big") for i in range(256))
        inverse = next(value for value in drawn if 0 < value < n)
        prepared = prefix + stamped_message(poll, "slice" if kind == "slice" else "token", column, key)
        expected = blind(rsa, prepared, salt=salt, inverse=inverse).message
        assert (asked.slices if kind == "slice" else asked.tokens)[column] == expected
    assert len(columns) == len(asked.slices) + len(asked.tokens)


def test_answers_that_are_not_good_are_refused(node_phones: NodePhones) -> None:
    chosen = facts("2026-p6", "subject").model_copy(update={"recused": {"lys": (), "zhs": ()}})
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll_hash = poll.poll.hash.hex()
    node_phones.tell("poll", data=poll.poll.data.hex(), hash=poll_hash)
    new_phone(node_phones, poll.poll, "d01")
    asked = values(node_phones.tell("ask", phone="d01", issuer="a"))
    good = written(poll.issuers["a"].stamp("d01", asked))
    one = good["slices"]["lys/*"]
    spoiled = [
        {**good, "slices": {**good["slices"], "lys/*": one[:-1] + ("0" if one[-1] != "0" else "1")}},
        {**good, "slices": {**good["slices"], "lys/*": good["slices"]["zhs/*"]}},
        {**good, "slices": {"zhs/*": good["slices"]["zhs/*"]}},
        {**good, "tokens": {**good["tokens"], "czs": one}},
        {**good, "slices": {**good["slices"], "lys/*": one.upper()}},
        {**good, "slices": {**good["slices"], "lys/*": "ff" * 256}},
        {**good, "slices": {**good["slices"], "lys/*": ""}},
        {"slices": good["slices"]},
        written(asked),
    ]
    for answer in spoiled:
        with pytest.raises(Refused, match="没有采用"):
            node_phones.tell("take", phone="d01", issuer="a", answer=answer)
    node_phones.tell("ask", phone="d01", issuer="b")
    with pytest.raises(Refused, match="没有采用"):
        node_phones.tell("take", phone="d01", issuer="b", answer=good)
    node_phones.tell("take", phone="d01", issuer="a", answer=good)
    with pytest.raises(Refused):
        node_phones.tell("seal", phone="d01", subject="lys", marks={})  # B has not stamped yet


def test_a_recovery_code_makes_the_same_request(node_phones: NodePhones) -> None:
    chosen = facts("2026-p7", "subject").model_copy(update={"recused": {"lys": ()}, "recovery": True})
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll_hash = poll.poll.hash.hex()
    node_phones.tell("poll", data=poll.poll.data.hex(), hash=poll_hash)
    made = node_phones.tell("keys", phone="lost", poll=poll_hash, subjects=["lys"])
    assert len(made["seed"]) == 32
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{4}", made["code"])
    asked = {issuer: node_phones.tell("ask", phone="lost", issuer=issuer) for issuer in ISSUERS}
    first = poll.issuers["a"].stamp("d01", values(asked["a"]))

    typed = made["code"].lower().replace("0", "o").replace("-", " ")
    assert (
        node_phones.tell("restore", phone="found", poll=poll_hash, subjects=["lys"], code=typed)["seed"] == made["seed"]
    )
    again = {issuer: node_phones.tell("ask", phone="found", issuer=issuer) for issuer in ISSUERS}
    assert again == asked
    assert poll.issuers["a"].stamp("d01", values(again["a"])) == first
    node_phones.tell("take", phone="found", issuer="a", answer=written(first))

    another = node_phones.tell("keys", phone="another", poll=poll_hash, subjects=["lys"])
    assert another["code"] != made["code"]
    with pytest.raises(Refusal):
        poll.issuers["a"].stamp("d01", values(node_phones.tell("ask", phone="another", issuer="a")))
    for place in range(len(made["code"])):
        wrong = "Z" if made["code"][place] != "Z" else "Y"
        if made["code"][place] == "-":
            continue
        with pytest.raises(Refused, match="恢复码"):
            node_phones.tell(
                "restore",
                phone="x",
                poll=poll_hash,
                subjects=[],
                code=made["code"][:place] + wrong + made["code"][place + 1 :],
            )


def test_no_recovery_code_where_the_poll_gives_none(voted: Voted, node_phones: NodePhones) -> None:
    poll_hash = voted.poll.poll.hash.hex()
    assert node_phones.tell("keys", phone="hall", poll=poll_hash, subjects=["lys"])["code"] is None
    with pytest.raises(Refused, match="不使用恢复码"):
        node_phones.tell("restore", phone="hall", poll=poll_hash, subjects=["lys"], code="0" * 29)
