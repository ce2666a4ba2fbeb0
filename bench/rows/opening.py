"""The box of 121 deputies is opened by one team, and everything in it verified."""

from __future__ import annotations

import asyncio
from time import perf_counter

from ballotbox.secret.blind_rsa import verifies
from ballotbox.secret.encoding import sha256
from ballotbox.secret.opening import open_box
from ballotbox.secret.sealing import unseal
from ballotbox.secret.shares import restore
from ballotbox.secret.signing import signed_by
from ballotbox.secret.slices import Slice, signed_message
from ballotbox.secret.stamps import stamped_message
from bench.ballots import SealedPoll, sealed_poll
from bench.bench import Bench, Row
from bench.report import Figure, Goal, Result, Unit

TITLE = "Open and verify 121 deputies × 60 subjects, by question"
DEPUTIES, SUBJECTS = 121, 60
MEASURED = 6
"""Subjects that are measured; a subject is like another, and 60 of them take minutes to stamp."""


async def measure(bench: Bench) -> Result:
    """One core. Beside it, the verification of the same slices' signatures and stamps, and nothing else."""
    subjects = bench.sized(MEASURED, 1)
    bench.say("制作信封")
    poll = await asyncio.to_thread(sealed_poll, "opening", bench.sized(DEPUTIES, 5), subjects)
    leaves = poll.leaves
    ciphertexts = {sha256(envelope.ciphertext): envelope.ciphertext for envelope in poll.envelopes}
    shares = {number: poll.dealt.shares[number] for number in (1, 3, 5)}
    checks = _checks(poll)

    async def ours() -> float:
        begun = perf_counter()
        opening = open_box(poll.poll, leaves, ciphertexts, shares)
        spent = perf_counter() - begun
        if len(opening.lines) != len(checks):
            raise RuntimeError(f"{len(opening.lines)} of {len(checks)} slices")
        return spent

    async def signatures() -> float:
        begun = perf_counter()
        if not all(_checked(poll, *check) for check in checks):
            raise RuntimeError("a signature does not verify")
        return perf_counter() - begun

    figures = await bench.interleaved({"ours": ours, "signatures": signatures})
    whole = Figure(
        name="of the signature checks alone", unit=Unit.TIMES, spread=figures["ours"].over(figures["signatures"])
    )
    result = Result(
        key=ROW.key,
        title=TITLE,
        goals=(Goal(figure=whole, bound=1.5, at_least=False),),
        figures=(
            Figure(name=f"opening, {subjects} subjects", unit=Unit.SECONDS, spread=figures["ours"]),
            Figure(name="signature checks alone", unit=Unit.SECONDS, spread=figures["signatures"]),
        ),
        notes=(
            f"{len(checks):,} slices, measured with {subjects} of {SUBJECTS} subjects, on one core: the whole takes "
            f"{SUBJECTS / subjects:.0f} times as long. Two RSA and one Ed25519 verification a slice.",
        ),
    )
    return await bench.explained(result, ours)


def _checks(poll: SealedPoll) -> list[tuple[Slice, bytes, bytes]]:
    """All slices, each with what its key signed and what was stamped."""
    manifest = poll.poll.manifest
    shares = {number: poll.dealt.shares[number] for number in (1, 2, 3)}
    key = restore(shares, manifest.share_hashes, manifest.town, manifest.poll)
    slices = [
        piece
        for envelope in poll.envelopes
        for piece in unseal(poll.poll, envelope.subject, envelope.token, envelope.ciphertext, key)
    ]
    return [
        (
            piece,
            signed_message(poll.poll, piece.slot, piece.key, piece.codes),
            stamped_message(poll.poll, "slice", piece.slot, piece.key),
        )
        for piece in slices
    ]


def _checked(poll: SealedPoll, piece: Slice, signed: bytes, stamped: bytes) -> bool:
    a, b = poll.poll.slice_keys[piece.slot]
    return (
        signed_by(piece.key, signed, piece.signature)
        and verifies(a, piece.stamps.a.prefix + stamped, piece.stamps.a.signature)
        and verifies(b, piece.stamps.b.prefix + stamped, piece.stamps.b.signature)
    )


ROW = Row("opening", TITLE, measure)
