"""An issuer stamps blinded values."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
from time import thread_time

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import RSA_BITS
from ballotbox.secret.requests import StampValues
from bench.bench import Bench, Row
from bench.report import Figure, Goal, Result, Unit
from transparency.signed_note import NoteSigner

TITLE = "Stamp blinded values: stamps a second of one core's time"
COLUMNS = 12


async def measure(bench: Bench) -> Result:
    """Whole requests of twelve values, as a phone sends them, beside `openssl speed rsa2048` (sign)."""
    slices = {f"s{number}/*": _signer() for number in range(COLUMNS)}
    keys = IssuerSecrets(NoteSigner.generate("issuer-a"), slices, {})
    requests = [StampValues({name: _value(key) for name, key in slices.items()}, {}) for _ in range(8)]
    count, seconds = bench.sized(300, 10), bench.sized(3, 1)

    def stamp() -> float:
        begun = thread_time()
        for number in range(count):
            keys.stamp(requests[number % len(requests)])
        return count * COLUMNS / (thread_time() - begun)

    def openssl() -> float:
        # It counts the process' own time, too, not the clock's.
        done = subprocess.run(
            ["openssl", "speed", "-seconds", str(seconds), "rsa2048"], capture_output=True, text=True, check=True
        )
        return float(done.stdout.split()[-2])

    async def ours() -> float:
        return await asyncio.to_thread(stamp)

    async def theirs() -> float:
        return await asyncio.to_thread(openssl)

    figures = await bench.interleaved({"ours": ours, "openssl": theirs})
    ratio = Figure(name="of `openssl speed`", unit=Unit.TIMES, spread=figures["ours"].over(figures["openssl"]))
    return await bench.explained(
        Result(
            key=ROW.key,
            title=TITLE,
            goals=(Goal(figure=ratio, bound=0.85),),
            figures=(
                Figure(name="jiandu", unit=Unit.STAMPS, spread=figures["ours"]),
                Figure(name="`openssl speed rsa2048`, sign", unit=Unit.STAMPS, spread=figures["openssl"]),
            ),
            notes=("The check of each signature against faults is included. A service signs on all cores at once.",),
        ),
        ours,
    )


def _signer() -> BlindSigner:
    return BlindSigner(generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def _value(key: BlindSigner) -> bytes:
    return secrets.randbelow(key.public.public_numbers().n).to_bytes(RSA_BITS // 8, "big")


ROW = Row("stamp", TITLE, measure)
