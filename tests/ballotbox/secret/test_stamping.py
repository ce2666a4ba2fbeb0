"""Issuers stamp once, only for the entitled, only while collecting; the box takes nothing without both right stamps."""

from __future__ import annotations

from pathlib import Path

import pytest

from ballotbox.secret.blind_rsa import BlindSignatureRefused
from ballotbox.secret.box import OtherEnvelope
from ballotbox.secret.ceremony import set_up
from ballotbox.secret.encoding import sha256
from ballotbox.secret.envelopes import Entry, Envelope, make_envelope
from ballotbox.secret.issuer import Issuer
from ballotbox.secret.phone import Phone
from ballotbox.secret.requests import StampValues
from ballotbox.secret.sealing import EnvelopeUnreadable, seal, unseal
from ballotbox.secret.shares import restore
from ballotbox.secret.signing import signed_by
from ballotbox.secret.slices import SliceFault, fault_of, make_slice
from ballotbox.secret.slices import signed_message as slice_message
from ballotbox.secret.stamps import Stamps
from ballotbox.secret.statements import Collectors, sign_statement
from domain.acts import Refusal
from tests.ballotbox.secret.conftest import broken
from tests.ballotbox.secret.scripted import ScriptedPoll, ballot_of, facts, void_poll
from transparency.merkle import leaf_hash


@pytest.fixture(scope="module")
def collecting() -> ScriptedPoll:
    """A poll whose issuers are still stamping."""
    chosen = facts("2026-p6", "subject")
    return ScriptedPoll(chosen, set_up(chosen))


def sealed(poll: ScriptedPoll, deputy: str, subject: str, grade: str = "excellent") -> Envelope:
    phone = poll.phones[deputy]
    slices = phone.slices(subject, {"overall": grade})
    return phone.envelope(subject, seal(poll.poll, subject, phone.token(subject), slices))


# ---------------------------------------------------------------------------------------- the issuers


def test_the_same_request_gets_the_same_answer_and_another_is_refused(collecting: ScriptedPoll) -> None:
    issuer, phone = collecting.issuers["a"], collecting.phones["d01"]
    request = phone.request("a")
    assert issuer.stamp("d01", request) == issuer.stamp("d01", request)
    with pytest.raises(Refusal, match="other_request"):
        issuer.stamp("d01", Phone(collecting.poll, "d01").request("a"))


def test_nobody_gets_another_set_of_values_than_their_own(collecting: ScriptedPoll) -> None:
    issuer = collecting.issuers["a"]
    with pytest.raises(Refusal, match="not_entitled"):
        issuer.stamp("d99", collecting.phones["d02"].request("a"))
    request = collecting.phones["d02"].request("a")
    for wrong in (
        StampValues({}, request.tokens),
        StampValues(request.slices, {**request.tokens, "another": b"\x01" * 256}),
        StampValues({**request.slices, "lys/*": b"\xff" * 256}, request.tokens),
        StampValues({**request.slices, "lys/*": b"\x01"}, request.tokens),
    ):
        with pytest.raises(Refusal, match="wrong_request"):
            issuer.stamp("d02", wrong)
    # What was refused has not used up the deputy's one request.
    collecting.phones["d02"].take("a", issuer.stamp("d02", request))


def test_a_recused_deputy_gets_no_stamp_for_that_subject_and_all_others(collecting: ScriptedPoll) -> None:
    issuer, phone = collecting.issuers["a"], collecting.phones["d12"]
    request = phone.request("a")
    assert set(request.tokens) == {"lys", "zhs"}
    value = request.tokens["lys"]
    greedy = StampValues({**request.slices, "czs/*": value}, {**request.tokens, "czs": value})
    with pytest.raises(Refusal, match="wrong_request"):
        issuer.stamp("d12", greedy)
    assert set(issuer.stamp("d12", request).tokens) == {"lys", "zhs"}


def test_a_wrong_answer_of_an_issuer_is_noticed_by_the_phone(collecting: ScriptedPoll) -> None:
    phone = collecting.phones["d03"]
    answer = collecting.issuers["a"].stamp("d03", phone.request("a"))
    with pytest.raises(BlindSignatureRefused):
        phone.take("a", StampValues(answer.slices, {**answer.tokens, "lys": answer.tokens["zhs"]}))


def test_an_issuer_cannot_recognise_what_it_stamped(collecting: ScriptedPoll) -> None:
    """No value that an issuer has seen occurs in what is cast."""
    phone = collecting.phones["d04"]
    seen: list[bytes] = []
    for name, issuer in collecting.issuers.items():
        request = phone.request(name)
        answer = issuer.stamp("d04", request)
        phone.take(name, answer)
        seen += [*request.slices.values(), *request.tokens.values(), *answer.slices.values(), *answer.tokens.values()]
    data = b"".join(piece.to_bytes() for piece in phone.slices("lys", {}))
    data += b"".join(envelope.to_bytes() for envelope in phone.fill({}))
    assert len(seen) == 24
    assert not any(value[i : i + 16] in data for value in seen for i in range(0, 256, 16))


def test_after_collecting_nobody_is_stamped(stamped: ScriptedPoll) -> None:
    issuer: Issuer = stamped.issuers["a"]
    with pytest.raises(Refusal, match="collecting_over"):
        issuer.stamp("d01", stamped.phones["d01"].request("a"))
    with pytest.raises(Refusal, match="collecting_over"):
        issuer.end_collecting()
    assert stamped.dealt.issuers["a"].slices == {}


# --------------------------------------------------------------------------------------- the stamps


def test_stamps_of_one_issuer_alone_are_refused(stamped: ScriptedPoll) -> None:
    """An issuer that stamps on its own, say for the deputies who stayed away, gets nothing into the box."""
    phone = stamped.phones["d01"]
    envelope = sealed(stamped, "d01", "lys")
    for stamp in envelope.stamps:
        alone = make_envelope(
            stamped.poll, "lys", phone.keys["token", "lys"], Stamps(stamp, stamp), envelope.ciphertext
        )
        with pytest.raises(Refusal, match="bad_token"):
            stamped.box.cast(alone)
    slot, good = stamped.poll.slots["lys/overall"], phone.stamps("slice", "lys/overall")
    for stamps in (Stamps(good.a, good.a), Stamps(good.b, good.b), Stamps(good.b, good.a)):
        piece = make_slice(stamped.poll, slot, b"\x00", phone.keys["slice", slot.name], stamps)
        assert fault_of(stamped.poll, piece) is SliceFault.STAMP
    piece = make_slice(stamped.poll, slot, b"\x00", phone.keys["slice", slot.name], good)
    assert fault_of(stamped.poll, piece) is None


def test_a_stamp_for_another_subject_is_refused(stamped: ScriptedPoll) -> None:
    poll, phone = stamped.poll, stamped.phones["d02"]
    ciphertext = sealed(stamped, "d02", "zhs").ciphertext
    moved = make_envelope(poll, "zhs", phone.keys["token", "lys"], phone.stamps("token", "lys"), ciphertext)
    with pytest.raises(Refusal, match="bad_token"):
        stamped.box.cast(moved)
    slot = poll.slots["zhs/overall"]
    for source in ("lys/overall", "zhs/ability"):
        piece = make_slice(poll, slot, b"\x00", phone.keys["slice", source], phone.stamps("slice", source))
        assert fault_of(poll, piece) is SliceFault.STAMP
    # A token's stamp is none for a slice, though subject and poll are right.
    piece = make_slice(poll, slot, b"\x00", phone.keys["token", "zhs"], phone.stamps("token", "zhs"))
    assert fault_of(poll, piece) is SliceFault.STAMP


def test_a_stamp_of_another_poll_is_refused_even_under_the_same_keys(
    same_keys: tuple[ScriptedPoll, ScriptedPoll],
) -> None:
    first, second = same_keys
    assert first.poll.manifest.issuers == second.poll.manifest.issuers
    phone = first.phones["d01"]
    slot = second.poll.slots["lys/*"]
    piece = make_slice(second.poll, slot, b"\x00\x00", phone.keys["slice", "lys/*"], phone.stamps("slice", "lys/*"))
    assert fault_of(second.poll, piece) is SliceFault.STAMP
    token = phone.keys["token", "lys"]
    ciphertext = seal(second.poll, "lys", phone.token("lys"), [piece])
    envelope = make_envelope(second.poll, "lys", token, phone.stamps("token", "lys"), ciphertext)
    second.collect()
    with pytest.raises(Refusal, match="bad_token"):
        second.box.cast(envelope)
    with pytest.raises(Refusal, match="bad_token"):
        second.box.cast(sealed(first, "d02", "lys"))


def test_a_ciphertext_opens_under_its_own_poll_subject_and_token_alone(
    stamped: ScriptedPoll, same_keys: tuple[ScriptedPoll, ScriptedPoll]
) -> None:
    poll, manifest = stamped.poll, stamped.poll.manifest
    key = restore(stamped.dealt.shares, manifest.share_hashes, manifest.town, manifest.poll)
    envelope = sealed(stamped, "d03", "lys")
    assert unseal(poll, "lys", envelope.token, envelope.ciphertext, key)[0].codes == b"\x00"
    other = stamped.phones["d04"].token("lys")
    wrong = [(poll, "zhs", envelope.token), (poll, "lys", other), (same_keys[0].poll, "lys", envelope.token)]
    for of_poll, subject, token in wrong:
        with pytest.raises(EnvelopeUnreadable, match="cannot_decrypt"):
            unseal(of_poll, subject, token, envelope.ciphertext, key)
    with pytest.raises(EnvelopeUnreadable, match="cannot_decrypt"):
        unseal(poll, "lys", envelope.token, envelope.ciphertext[:40], key)


def test_a_signature_covers_slot_key_and_grade(stamped: ScriptedPoll) -> None:
    poll, phone = stamped.poll, stamped.phones["d05"]
    piece = phone.slices("lys", {"overall": "competent"})[0]
    assert signed_by(piece.key, slice_message(poll, "lys/overall", piece.key, piece.codes), piece.signature)
    for changed in (
        piece._replace(codes=b"\x00"),
        piece._replace(slot="zhs/overall"),
        piece._replace(signature=bytes(64)),
    ):
        assert fault_of(poll, changed) is SliceFault.SIGNATURE
    assert fault_of(poll, piece._replace(codes=b"\xff")) is SliceFault.GRADE


# ------------------------------------------------------------------------------------------ the box


def test_the_same_envelope_again_gets_the_same_receipt_and_another_names_the_first(stamped: ScriptedPoll) -> None:
    envelope = sealed(stamped, "d06", "lys")
    receipt = stamped.box.cast(envelope)
    assert stamped.box.cast(envelope) == receipt
    with pytest.raises(OtherEnvelope) as refused:
        stamped.box.cast(sealed(stamped, "d06", "lys", "incompetent"))
    assert refused.value.receipt == receipt
    assert receipt.leaf == leaf_hash(Entry.of(stamped.poll, envelope).to_bytes()).hex()


def test_an_envelope_of_another_size_or_a_changed_one_is_refused(stamped: ScriptedPoll) -> None:
    good = sealed(stamped, "d08", "zhs")
    phone = stamped.phones["d08"]
    longer = phone.envelope("zhs", good.ciphertext + b"\x00")
    for bad in (
        longer,
        good._replace(subject="nobody"),
        good._replace(subject="czs"),
        good._replace(ciphertext=good.ciphertext[:-1] + bytes([good.ciphertext[-1] ^ 1])),
        good._replace(signature=bytes(64)),
        good._replace(token=bytes(31)),
    ):
        with pytest.raises(Refusal, match="bad_token"):
            stamped.box.cast(bad)
    assert stamped.box.cast(good).leaf == leaf_hash(Entry.of(stamped.poll, good).to_bytes()).hex()


def test_after_the_close_receipts_are_given_again_but_nothing_new_is_taken() -> None:
    chosen = facts("2026-p7", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect("d01", "d02")
    envelope = sealed(poll, "d01", "lys")
    receipt = poll.box.cast(envelope)
    before = len(poll.box.leaves)
    poll.box.close()
    poll.box.close()
    assert (before, len(poll.box.leaves)) == (5, 6)
    assert poll.box.cast(envelope) == receipt
    with pytest.raises(Refusal, match="closed"):
        poll.box.cast(sealed(poll, "d02", "lys"))


def test_batches_are_sorted_so_that_the_log_keeps_no_order_of_arrival(stamped: ScriptedPoll) -> None:
    chosen = facts("2026-p8", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*poll.facts.roster)
    for deputy in poll.facts.roster:
        assert (len(poll.box.leaves) - 5) % 8 == 0
        poll.cast(*poll.phones[deputy].fill({}))
    poll.box.close()
    hashes = [leaf_hash(leaf) for leaf in poll.box.leaves[5:]]
    assert all(hashes[i : i + 8] == sorted(hashes[i : i + 8]) for i in range(0, 35, 8))
    assert hashes != sorted(hashes)


# ------------------------------------------------------------------------------- insiders, void polls


def test_more_returned_than_issued_is_void_never_opened_and_verifies_as_void(tmp_path: Path) -> None:
    """Both issuers together stamp for somebody whom neither lists: the count of envelopes betrays it."""
    poll = void_poll()
    folder = tmp_path / "folder"
    poll.publish(folder)
    assert broken(folder) == set()
    assert not (folder / "slices.jsonl").exists()
    with pytest.raises(Refusal, match="void"):
        poll.open((1, 2, 3))
    (folder / "tally.json").write_bytes(b"{}")
    assert broken(folder) == {("void", "tally.json")}


def test_an_insider_who_adds_an_envelope_with_one_stamp_is_named(tmp_path: Path) -> None:
    """Issuer A, the log, the witnesses and the scrutineers together: without B's stamp the entry is still named."""
    chosen = facts("2026-p10", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*poll.facts.roster[:5])
    for number, deputy in enumerate(poll.facts.roster[:4]):
        poll.cast(*poll.phones[deputy].fill(ballot_of(number)))
    poll.box.close()
    honest = sealed(poll, "d05", "lys")
    forged = make_envelope(
        poll.poll,
        "lys",
        poll.phones["d05"].keys["token", "lys"],
        Stamps(honest.stamps.a, honest.stamps.a),
        honest.ciphertext,
    )
    leaves = (*poll.box.leaves, Entry.of(poll.poll, forged).to_bytes())
    poll.publish(tmp_path / "folder", leaves, {sha256(forged.ciphertext): forged.ciphertext})
    assert broken(tmp_path / "folder") == {("envelope_stamp", f"leaf {len(leaves) - 1}")}


def test_a_recused_deputy_on_the_list_of_collectors_is_counted_for_nobody(tmp_path: Path) -> None:
    """An issuer that says it issued a ballot to a recused deputy is named."""
    chosen = facts("2026-p11", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect("d10", "d11", "d12")
    signer = poll.dealt.issuers["a"].statements
    three, none = dict.fromkeys(poll.poll.recused, 3), dict.fromkeys(poll.poll.recused, 0)
    body = Collectors(issuer="a", deputies=("d10", "d11", "d12"), issued=three, paper=none)
    leaves = list(poll.box.leaves)
    leaves[1] = sign_statement(poll.poll, body, signer).encode()
    poll.publish(tmp_path / "folder", tuple(leaves))
    assert broken(tmp_path / "folder") == {("collectors", "collectors-a.note")}


def test_slices_in_two_envelopes_count_once(tmp_path: Path) -> None:
    """d04 casts d03's slices in an envelope of their own: they count in the first envelope of the log alone."""
    chosen = facts("2026-p12", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect("d01", "d02", "d03", "d04")
    for deputy in ("d01", "d02", "d03"):
        poll.cast(*poll.phones[deputy].fill(ballot_of(0)))
    copied, phone = poll.phones["d03"].slices("lys", ballot_of(0)["lys"]), poll.phones["d04"]
    poll.cast(phone.envelope("lys", seal(poll.poll, "lys", phone.token("lys"), copied)))
    poll.publish(tmp_path / "folder")
    assert broken(tmp_path / "folder") == set()
    opening = poll.open((1, 2, 3))
    assert [item.reason for item in opening.set_aside] == ["slice_used_before"]
    assert sum(b'"lys/*"' in line for line in opening.lines) == 3
