"""The three parties and the board in this process's memory: for rehearsals, the demonstration and tests.

The protocol is the real one; what a service adds (durability, logins, clusters apart) is not here, and everything is
gone with the process.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from ballotbox.offices import (
    BoardPhase,
    BoxContents,
    BoxKeys,
    BoxNumbers,
    BoxOffice,
    Collected,
    IssuerName,
    IssuerOffice,
    IssuerStatements,
    Voter,
)
from ballotbox.polls import PollKey
from ballotbox.refusals import closed, still_collecting, unknown_poll
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.box import Box, Receipt
from ballotbox.secret.ceremony import public_keys
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.issuer import Issuer, IssuerSecrets
from ballotbox.secret.log import FIRST_ENTRY, STATEMENT_FILES, sign_checkpoint
from ballotbox.secret.manifest import RSA_BITS, IssuerKeys, Poll
from ballotbox.secret.publication import lines_of
from ballotbox.secret.requests import StampValues
from ballotbox.secret.signing import public_bytes
from ballotbox.secret.statements import merge_signatures, numbered, signers_of
from domain.acts import Refusal
from transparency.merkle import leaf_hash
from transparency.signed_note import NoteSigner


class StampKeys:
    """Makes RSA keys side by side: making one takes 40 ms, and other threads may go on meanwhile."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="stamp-keys")

    async def make(self, names: Sequence[str]) -> dict[str, BlindSigner]:
        """A new key for each name."""
        loop = asyncio.get_running_loop()
        made = await asyncio.gather(*(loop.run_in_executor(self._threads, _stamp_key) for _ in names))
        return dict(zip(names, made, strict=True))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _stamp_key() -> BlindSigner:
    return BlindSigner(generate_private_key(public_exponent=65537, key_size=RSA_BITS))


class InMemoryIssuer(IssuerOffice):
    """An issuer in memory."""

    def __init__(self, name: IssuerName, keys: StampKeys) -> None:
        self.name = name
        self._keys = keys
        self._secrets: dict[PollKey, IssuerSecrets] = {}
        self._polls: dict[str, Issuer] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._statements: dict[str, IssuerStatements] = {}

    async def prepare(self, poll: PollKey, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        if poll not in self._secrets:
            slices, tokens = await asyncio.gather(self._keys.make(slots), self._keys.make(subjects))
            made = IssuerSecrets(NoteSigner.generate(f"issuer-{self.name}"), slices, tokens)
            self._secrets.setdefault(poll, made)
        return public_keys(self._secrets[poll])

    async def begin(self, manifest: bytes, voters: Sequence[Voter]) -> None:
        poll = Poll(manifest)
        key, roster = poll.hash.hex(), tuple(voter.deputy for voter in voters)
        if key in self._polls:
            return
        own = self._secrets[PollKey(poll.manifest.town, poll.manifest.poll)]
        if sha256(canonical(sorted(set(roster)))).hex() != poll.manifest.roster_hash:
            raise Refusal("wrong_roster", "名单与清单所载的不符，不能开始领票。")
        if poll.manifest.issuers[self.name] != public_keys(own):
            raise Refusal("wrong_keys", "清单所载的不是本方的密钥，不能开始领票。")
        self._polls[key] = Issuer(self.name, poll, roster, own)
        self._codes[key] = {}

    async def codes(self, manifest: str, deputies: Sequence[str] | None = None) -> dict[str, str]:
        self._poll(manifest)
        given = self._codes[manifest]
        made = {deputy: secrets.token_hex(6).upper() for deputy in deputies or ()}
        given.update(made)
        return made

    async def give_paper(self, manifest: str, deputies: Sequence[str]) -> None:
        self._poll(manifest).give_paper(deputies)

    async def collected(self, manifest: str) -> Collected:
        phones, paper = self._poll(manifest).collected()
        return Collected(phones=phones, paper=paper)

    async def end_collecting(self, manifest: str) -> IssuerStatements:
        if manifest not in self._statements:
            ended = self._poll(manifest).end_collecting()
            self._statements[manifest] = IssuerStatements(collectors=ended.collectors, destroyed=ended.destroyed)
        return self._statements[manifest]

    async def discard(self, manifest: str) -> None:
        await self.end_collecting(manifest)

    def stamp(self, manifest: str, deputy: str, request: StampValues) -> StampValues:
        """What a phone asks for. The desk has seen who the deputy is."""
        return self._poll(manifest).stamp(deputy, request)

    def _poll(self, manifest: str) -> Issuer:
        if manifest not in self._polls:
            raise unknown_poll(manifest)
        return self._polls[manifest]


class _Kept:
    """What the box in memory keeps of a poll."""

    def __init__(self, poll: Poll, receipts: Ed25519PrivateKey, log: NoteSigner, files: Mapping[str, bytes]) -> None:
        self.poll = poll
        self.receipts = receipts
        self.log = log
        self.files: dict[str, bytes] = {"manifest.json": poll.data, **files}
        self.phase: BoardPhase = "collecting"
        self.box: Box | None = None
        self.returned: dict[str, set[str]] = {subject: set() for subject in poll.recused}
        """Leaves of the envelopes by subject."""
        self.ciphertexts: dict[bytes, bytes] | None = None


class InMemoryBox(BoxOffice):
    """The box in memory, with its board."""

    def __init__(self) -> None:
        self._keys: dict[PollKey, tuple[Ed25519PrivateKey, NoteSigner]] = {}
        self._polls: dict[str, _Kept] = {}

    async def prepare(self, poll: PollKey) -> BoxKeys:
        if poll not in self._keys:
            self._keys[poll] = (Ed25519PrivateKey.generate(), NoteSigner.generate("box-log"))
        receipts, log = self._keys[poll]
        return BoxKeys(receipt_key=public_bytes(receipts).hex(), log_key=str(log.key))

    async def announce(self, manifest: bytes, files: Mapping[str, bytes]) -> None:
        poll = Poll(manifest)
        receipts, log = self._keys[PollKey(poll.manifest.town, poll.manifest.poll)]
        self._polls.setdefault(poll.hash.hex(), _Kept(poll, receipts, log, files))

    async def begin_casting(self, manifest: str, statements: Sequence[str]) -> None:
        kept = self._kept(manifest)
        if kept.box is None:
            leaves = [note.encode() for note in statements]
            kept.box = Box(kept.poll, [kept.poll.data, *leaves], kept.receipts)
            kept.files.update(zip(STATEMENT_FILES, leaves, strict=True))
            kept.phase = "casting"

    async def numbers(self, manifest: str) -> BoxNumbers:
        kept = self._kept(manifest)
        leaves = () if kept.box is None else kept.box.leaves
        note = kept.files.get("checkpoint.note", b"").decode()
        return BoxNumbers(
            phase=kept.phase,
            returned={subject: len(leaves) for subject, leaves in kept.returned.items()},
            log_size=len(leaves),
            cosigned=len(signers_of(note, numbered(kept.poll.manifest.witness_keys))) if note else 0,
        )

    async def close(self, manifest: str) -> None:
        kept = self._kept(manifest)
        if kept.box is None:
            raise still_collecting()
        if kept.phase == "casting":
            kept.box.close()
            leaves = kept.box.leaves
            kept.files["entries.jsonl"] = lines_of(leaves[FIRST_ENTRY:])
            kept.files["leaves.txt"] = lines_of([leaf_hash(leaf).hex().encode() for leaf in leaves])
            kept.files["checkpoint.note"] = sign_checkpoint(kept.poll, leaves, kept.log).encode()
            kept.ciphertexts = kept.box.ciphertexts
            kept.phase = "closed"

    async def contents(self, manifest: str) -> BoxContents:
        kept = self._kept(manifest)
        if kept.box is None or kept.ciphertexts is None:
            raise Refusal("no_contents", "票箱没有封箱，或内容已经销毁。")
        return BoxContents(kept.box.leaves, kept.ciphertexts, kept.files["checkpoint.note"].decode())

    async def publish(self, manifest: str, files: Mapping[str, bytes], phase: BoardPhase) -> None:
        kept = self._kept(manifest)
        kept.files.update(files)
        kept.phase = phase

    async def discard(self, manifest: str) -> None:
        kept = self._kept(manifest)
        kept.ciphertexts, kept.phase = None, "discarded"

    async def destroy(self, manifest: str) -> None:
        self._kept(manifest).ciphertexts = None

    async def files(self, manifest: str) -> Mapping[str, bytes]:
        """All that the board shows of a poll."""
        return dict(self._kept(manifest).files)

    def cast(self, manifest: str, envelope: Envelope) -> Receipt:
        """What a phone sends."""
        kept = self._kept(manifest)
        if kept.phase == "discarded":
            raise closed(kept.poll.manifest.poll)
        if kept.box is None:
            raise still_collecting()
        receipt = kept.box.cast(envelope)
        kept.returned[envelope.subject].add(receipt.leaf)
        return receipt

    def cosign(self, manifest: str, note: str) -> None:
        """A witness's signature under the last checkpoint."""
        files = self._kept(manifest).files
        files["checkpoint.note"] = merge_signatures(files["checkpoint.note"].decode(), note).encode()

    def _kept(self, manifest: str) -> _Kept:
        if manifest not in self._polls:
            raise unknown_poll(manifest)
        return self._polls[manifest]
