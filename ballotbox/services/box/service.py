"""The box: takes envelopes, gives receipts, and steers one poll after another as its office is asked to.

Several processes may serve one database and one folder; each is a `BoxService`. It implements `offices.BoxOffice`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import structlog

from ballotbox import refusals as of_boxes
from ballotbox.offices import BoardPhase, BoxContents, BoxKeys, BoxNumbers
from ballotbox.polls import PollKey
from ballotbox.secret.box import OtherEnvelope, Receipt, accepted, receipt_for
from ballotbox.secret.encoding import sha256
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.log import STATEMENT_FILES, checkpoint_text, read_checkpoint, root_of_hashes
from ballotbox.secret.manifest import Poll
from ballotbox.services.box import refusals, store
from ballotbox.services.box.announcing import announcement, checked_statements, publication
from ballotbox.services.box.appender import Appender
from ballotbox.services.box.casting import Caster, Casting, Stored
from ballotbox.services.box.copies import PHASES, witness_lines
from ballotbox.services.box.growth import PollLog
from ballotbox.services.box.keys import Keys
from ballotbox.services.box.store import Store
from ballotbox.services.cluster import Connection
from domain.acts import Refusal
from transparency.signed_note import NoteRefused

_HASH = re.compile(r"[0-9a-f]{64}")
_CLOSED: tuple[BoardPhase, ...] = ("closed", "published")
"""Phases in which the box may be opened."""


class OpenPoll:
    """A poll that this process serves."""

    def __init__(self, poll: Poll, keys: Keys, log: PollLog, caster: Caster) -> None:
        self.poll = poll
        self.keys = keys
        self.log = log
        self.caster = caster


class BoxService:
    """One process of the box."""

    def __init__(self, database: Store, folder: Path, board: Path) -> None:
        self._store = database
        self._keys = folder / "keys"
        self._kept = folder / "polls"
        self._board = board / "polls"
        self._polls: dict[str, OpenPoll] = {}
        self._opening = asyncio.Lock()
        self._appender = Appender(self._grow)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, folder: Path, board: Path) -> AsyncIterator[Self]:
        """Serve the polls of the database at `url`, with the keys and copies in `folder`; write the board's files."""
        for each in (folder / "keys", folder / "polls"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        (board / "polls").mkdir(parents=True, exist_ok=True)
        async with Store.open(url) as database:
            service = cls(database, folder, board)
            await service._begin()
            try:
                yield service
            finally:
                await service._appender.close()
                for one in service._polls.values():
                    await one.caster.close()

    async def ready(self) -> bool:
        """Whether the database answers."""
        async with self._store.connection() as connection:
            await connection.execute("SELECT 1")
        return True

    # What phones and witnesses ask.

    async def cast(self, manifest: str, data: bytes) -> Receipt:
        """Take an envelope; durable before the answer. The same bytes get the same receipt, also after the close.

        Raises `OtherEnvelope` for other bytes under the same token; `Refusal`; `psycopg.OperationalError` when it is
        not known whether it was stored: then the same bytes are to be sent again.
        """
        one = await self._open(manifest)
        try:
            envelope = Envelope.from_bytes(data)
        except ValueError:
            raise of_boxes.bad_token("") from None
        sent = sha256(data)
        try:
            entry, leaf = accepted(one.poll, envelope)
        except Refusal as refusal:
            return await self._answer_known(one, envelope.token, sent, refusal)
        session = await one.caster.session()
        standing = one.log.standing
        if standing.diverged:
            return await self._answer_known(one, envelope.token, sent, refusals.log_diverged())
        owed = standing.tokens.get(envelope.token)
        if owed is not None and owed != leaf:
            raise OtherEnvelope(receipt_for(one.poll, one.keys.receipts, owed))
        try:
            locked = one.keys.lock_away(envelope.ciphertext, envelope.token)
        except Refusal as refusal:
            return await self._answer_known(one, envelope.token, sent, refusal)
        stood = await one.caster.store(
            Casting(envelope.token, envelope.subject, sent, leaf, entry, locked, owed is not None), session
        )
        if stood is None:
            return await self._answer_known(one, envelope.token, sent, of_boxes.bad_token(envelope.subject))
        self._appender.wake(manifest)
        return self._receipt(one, stood, sent)

    async def witness(self, manifest: str, note: str) -> int:
        """Keep witnesses' signatures of a checkpoint, present or former; how many are kept of it now."""
        one = await self._open(manifest)
        try:
            told = read_checkpoint(one.poll, note)
            lines = witness_lines(one.poll, note)
        except (ValueError, NoteRefused):
            raise refusals.other_checkpoint() from None
        if not lines:
            raise refusals.no_witness()
        async with self._store.connection() as connection:
            known = await store.cosignatures(connection, one.poll.hash, told.size)
        shown = await asyncio.to_thread(one.log.shows, told.size, lines.values())
        if shown and set(known).issuperset(
            lines.values()
        ):  # anybody may send what the board shows: it must cost little
            return len(known)
        async with self._store.alone(one.poll.hash) as connection:
            hashes = await store.hashes(connection, one.poll.hash)
            ours = checkpoint_text(one.poll, told.size, root_of_hashes(hashes[: told.size]))
            if not 0 < told.size <= len(hashes) or not note.startswith(ours + "\n"):
                raise refusals.other_checkpoint()
            await store.add_cosignatures(connection, one.poll.hash, told.size, lines)
            await one.log.publish(connection)
            return len(await store.cosignatures(connection, one.poll.hash, told.size))

    # What the office asks: `offices.BoxOffice`.

    async def prepare(self, poll: PollKey) -> BoxKeys:
        """Make the keys of a poll; again: the same keys."""
        keys = await asyncio.to_thread(Keys, self._keys, poll)
        await asyncio.to_thread(keys.make_storage)
        return keys.public

    async def announce(self, manifest: bytes, files: Mapping[str, bytes]) -> None:
        """Put the manifest and its files on the board."""
        poll = announcement(manifest, files)
        key = PollKey(poll.manifest.town, poll.manifest.poll)
        public = await self.prepare(key)
        if (public.receipt_key, public.log_key) != (poll.manifest.receipt_key, poll.manifest.log_key):
            raise refusals.bad_manifest("其中的票箱公钥不是本票箱的")
        one = self._poll(poll)
        async with self._store.alone(poll.hash) as connection:
            if await store.announced(connection, *key) not in (None, poll.hash):
                raise of_boxes.other_setup(poll.manifest.poll)
            async with connection.transaction():
                if await store.poll_row(connection, poll.hash) is None:
                    await store.add_poll(connection, poll, "collecting")
                await self._add_files(connection, poll, files)
            await one.log.publish(connection)
        self._polls.setdefault(poll.hash.hex(), one)

    async def begin_casting(self, manifest: str, statements: Sequence[str]) -> None:
        """Take envelopes from now on."""
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            phase = await self._phase(connection, one)
            there = await store.files(connection, one.poll.hash)
            if phase != "collecting":
                if [there.get(name) for name in STATEMENT_FILES] != [each.encode() for each in statements]:
                    raise refusals.other_statements()
                return
            files = checked_statements(one.poll, there, statements)
            async with connection.transaction():
                await store.add_files(connection, one.poll.hash, files)
                await store.add_leaves(connection, one.poll.hash, 0, one.log.first_leaves(files))
                await store.set_phase(connection, one.poll.hash, "casting")
            await one.log.publish(connection)

    async def numbers(self, manifest: str) -> BoxNumbers:
        """How far the box is."""
        one = await self._open(manifest)
        async with self._store.connection() as connection:
            phase = await self._phase(connection, one)
            size = len(await store.hashes(connection, one.poll.hash))
            returned = await store.returned(connection, one.poll.hash)
            cosigned = len(await store.cosignatures(connection, one.poll.hash, size))
        trouble = one.log.standing.refusal()
        return BoxNumbers(
            phase=phase,
            returned={subject: returned.get(subject, 0) for subject in one.poll.recused},
            log_size=size,
            cosigned=cosigned,
            trouble=trouble.message if trouble is not None else "",
        )

    async def close(self, manifest: str) -> None:
        """Take nothing new; what is pending goes to the log."""
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            phase = await self._phase(connection, one)
            if phase == "collecting":
                raise refusals.wrong_phase(phase, "封箱")
            if phase in {"discarded", "void"}:
                raise of_boxes.discarded(one.poll.manifest.poll)
            await one.log.grow(connection)  # with what was missing, if it is all there again
            if (trouble := (await one.log.compare(connection)).refusal()) is not None:
                raise trouble
            if phase == "casting":
                await store.set_phase(connection, one.poll.hash, "closed")
            await one.log.grow(connection)
            await one.log.publish(connection)

    async def contents(self, manifest: str) -> BoxContents:
        """What is in a closed box."""
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            row = await store.poll_row(connection, one.poll.hash)
            if row is None or row.phase not in _CLOSED:
                raise refusals.wrong_phase(row.phase if row is not None else "collecting", "取出内容")
            if row.emptied:
                raise refusals.emptied()
            await one.log.grow(connection)  # a crash in the middle of the close
            if (trouble := (await one.log.compare(connection)).refusal()) is not None:
                raise trouble
            log = await one.log.read(connection)
            files = await store.files(connection, one.poll.hash)
            sealed = await store.sealed(connection, one.poll.hash)
        if log is None:
            raise refusals.emptied()
        leaves = (one.poll.data, *(files[name] for name in STATEMENT_FILES), *log.entries)
        return BoxContents(leaves, await asyncio.to_thread(_unlocked, one.keys, sealed), log.checkpoint)

    async def publish(self, manifest: str, files: Mapping[str, bytes], phase: BoardPhase) -> None:
        """Put files on the board, and tell the phones the phase. A void poll's ciphertexts are destroyed."""
        one = await self._open(manifest)
        publication(files)
        async with self._store.alone(one.poll.hash) as connection:
            now = await self._phase(connection, one)
            if now in {"collecting", "casting"} or PHASES.index(phase) < PHASES.index(now):
                raise refusals.wrong_phase(now, "公布结果")
            if phase == "published" and now not in _CLOSED:
                raise of_boxes.discarded(one.poll.manifest.poll)
            if phase not in {*_CLOSED, "void"} or (phase == "void" and now == "published"):
                raise refusals.wrong_phase(now, f"改为“{phase}”")
            async with connection.transaction():
                await self._add_files(connection, one.poll, files)
                await store.set_phase(connection, one.poll.hash, phase)
            if phase == "void":
                await self._empty(connection, one)
            await one.log.publish(connection)

    async def discard(self, manifest: str) -> None:
        """A void poll: destroy the ciphertexts unread. What has a receipt goes to the log before."""
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            phase = await self._phase(connection, one)
            if phase == "published":
                raise of_boxes.already_counted(one.poll.manifest.poll)
            if phase != "void":
                await store.set_phase(connection, one.poll.hash, "discarded")
            if phase != "collecting":
                await one.log.grow(connection)
            await self._empty(connection, one)
            await one.log.publish(connection)

    async def destroy(self, manifest: str) -> None:
        """After the objections: destroy the ciphertexts of a published poll."""
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            phase = await self._phase(connection, one)
            if phase not in {"published", "void", "discarded"}:
                raise refusals.wrong_phase(phase, "销毁密文")
            await self._empty(connection, one)

    # Within.

    async def _begin(self) -> None:
        for document in await self._store.polls():
            await self._take_up(document)
        for kept in sorted(self._kept.glob("*/manifest.json")):
            if kept.parent.name not in self._polls:  # the database is older than this poll
                await self._take_up(await asyncio.to_thread(kept.read_bytes))

    async def _take_up(self, document: bytes) -> None:
        try:
            await self._reconcile(document)
        except Refusal as refusal:  # the other polls are served all the same
            manifest = sha256(document).hex()
            structlog.get_logger().error("ballot_poll_not_served", manifest=manifest, kind=refusal.code)

    def _poll(self, poll: Poll) -> OpenPoll:
        name = poll.hash.hex()
        keys = Keys(self._keys, PollKey(poll.manifest.town, poll.manifest.poll))
        if (keys.public.receipt_key, keys.public.log_key) != (poll.manifest.receipt_key, poll.manifest.log_key):
            raise refusals.keys_missing()  # made anew: receipts and checkpoints of these are worth nothing
        log = PollLog(poll, keys, self._kept / name, self._board / name)

        async def reconnected() -> None:
            async with self._store.alone(poll.hash) as connection:
                await log.reconcile(connection)

        return OpenPoll(poll, keys, log, Caster(self._store.url, poll.hash, reconnected))

    async def _open(self, manifest: str) -> OpenPoll:
        """The poll, found in the database when this process does not know it yet."""
        if (one := self._polls.get(manifest)) is not None:
            return one
        if not _HASH.fullmatch(manifest):
            raise refusals.unknown(manifest)
        async with self._opening:
            if manifest not in self._polls:
                async with self._store.connection() as connection:
                    row = await store.poll_row(connection, bytes.fromhex(manifest))
                if row is None:
                    raise refusals.unknown(manifest)
                await self._reconcile(row.document)
        return self._polls[manifest]

    async def _reconcile(self, document: bytes) -> None:
        one = self._poll(Poll(document))
        async with self._store.alone(one.poll.hash) as connection:
            await one.log.reconcile(connection)
        self._polls.setdefault(one.poll.hash.hex(), one)

    async def _grow(self, manifest: str) -> None:
        one = await self._open(manifest)
        async with self._store.alone(one.poll.hash) as connection:
            await one.log.grow(connection)

    async def _phase(self, connection: Connection, one: OpenPoll) -> BoardPhase:
        row = await store.poll_row(connection, one.poll.hash)
        if row is None:
            raise refusals.unknown(one.poll.hash.hex())
        return row.phase

    async def _add_files(self, connection: Connection, poll: Poll, files: Mapping[str, bytes]) -> None:
        there = await store.files(connection, poll.hash)
        for name, data in files.items():
            if there.get(name, data) != data:
                raise refusals.other_file(name)
        await store.add_files(connection, poll.hash, files)

    async def _empty(self, connection: Connection, one: OpenPoll) -> None:
        await self._store.empty(connection, one.poll.hash)
        await asyncio.to_thread(one.keys.forget_ciphertexts)

    async def _answer_known(self, one: OpenPoll, token: bytes, sent: bytes, otherwise: Refusal) -> Receipt:
        """The receipt of an earlier envelope under the token, or why a new one is kept out: by the phase, else
        `otherwise`."""
        async with self._store.connection() as connection:
            known = await store.standing_under(connection, one.poll.hash, token)
            phase = await self._phase(connection, one)
        if known is not None:
            return self._receipt(one, Stored(*known), sent)
        if phase == "casting":
            raise otherwise
        raise _kept_out(one.poll, phase)

    def _receipt(self, one: OpenPoll, stood: Stored, sent: bytes) -> Receipt:
        receipt = receipt_for(one.poll, one.keys.receipts, stood.leaf)
        if stood.sent != sent:
            raise OtherEnvelope(receipt)
        return receipt


def _kept_out(poll: Poll, phase: BoardPhase) -> Refusal:
    if phase == "collecting":
        return of_boxes.still_collecting()
    if phase in {"void", "discarded"}:
        return of_boxes.discarded(poll.manifest.poll)
    return of_boxes.closed(poll.manifest.poll)


def _unlocked(keys: Keys, sealed: Sequence[tuple[bytes, bytes | None]]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for token, locked in sealed:
        if locked is None:
            raise refusals.emptied()
        ciphertext = keys.take_out(locked, token)
        found[sha256(ciphertext)] = ciphertext
    return found
