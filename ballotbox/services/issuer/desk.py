"""The desk of one issuer in one poll: who asks, what they get, and when it ends.

Order of a stamp, which must stay: the commitment is durable in the database, then its line is durable in the key
folder, then the first value is signed. So no crash lets two requests of one deputy be stamped, and a database that was
restored from an old copy is found out by the lines it does not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import NamedTuple

import structlog

from ballotbox.offices import Collected, IssuerName, IssuerStatements
from ballotbox.refusals import collecting_over, discarded
from ballotbox.secret.collecting import check_commitment, check_entitled, check_paper, check_request, statements_of
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.requests import StampValues, entitled_subjects, request_hash
from ballotbox.services.cluster import Cluster, Connection
from ballotbox.services.files import held
from ballotbox.services.issuer import store
from ballotbox.services.issuer.codes import code_hash, new_code, read_code
from ballotbox.services.issuer.guesses import Guesses
from ballotbox.services.issuer.keys import Ending, PollFiles, Way
from ballotbox.services.issuer.refusals import already_collected, bad_code, restored
from ballotbox.services.issuer.store import VoterRow

_LOG = structlog.get_logger("ballotbox.issuer")


class Known(NamedTuple):
    """Whose code it is."""

    deputy: str
    name: str
    subjects: tuple[str, ...]
    collected: bool


class _DatabaseIsOld(Exception):
    """The database knows less than the key folder."""


class Desk:
    """One poll. Several processes may keep the same desk."""

    def __init__(self, issuer: IssuerName, files: PollFiles, cluster: Cluster, threads: Executor) -> None:
        self._issuer = issuer
        self._files = files
        self._cluster = cluster
        self._threads = threads
        self.poll = files.poll()
        self.guesses = Guesses(self.poll.hash.hex())
        self._secrets: IssuerSecrets | None = None
        self._loading = asyncio.Lock()

    async def who(self, code: str) -> Known:
        """Whose code this is. Refused: no code of this poll, collecting over."""
        async with self._collecting() as connection:
            voter = await self._voter(connection, code)
        if voter is None:
            raise await self._wrong(code)
        subjects = entitled_subjects(self.poll, voter.deputy)
        return Known(voter.deputy, voter.name, subjects, voter.request is not None or voter.paper)

    async def stamp(self, code: str, request: StampValues) -> StampValues:
        """Stamp a request; the same one again gives the same answer. Refused: a bad code, and as `collecting` says."""
        async with self._collecting() as connection:
            voter = await self._voter(connection, code)
        if voter is None:
            raise await self._wrong(code)
        keys = await self._keys()
        check_entitled(self.poll, {voter.deputy}, voter.deputy)
        check_request(self.poll, keys.slices, keys.tokens, voter.deputy, request)
        asked = request_hash(self.poll, voter.deputy, request)
        async with self._collecting(lock=True) as connection:
            # Looked up again, under the lock: of many requests at once only one may be the first.
            again = await self._voter(connection, code)
            if again is None or again.deputy != voter.deputy:
                raise bad_code(mistyped=False)
            check_commitment(voter.deputy, again.request, asked, on_paper=again.paper)
            if again.request is None:
                await store.commit_request(connection, self.poll.hash, voter.deputy, asked)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._sign, keys, voter.deputy, request)

    async def codes(self, deputies: Sequence[str] | None) -> dict[str, str]:
        """New codes, told this once."""
        key = await asyncio.to_thread(self._files.code_key)
        if key is None:
            raise collecting_over()
        async with self._collecting(lock=True) as connection:
            if deputies is None:
                chosen = await store.without_code(connection, self.poll.hash)
                chosen = [deputy for deputy in chosen if entitled_subjects(self.poll, deputy)]
            else:
                chosen = sorted(set(deputies))
                known = await store.voters(connection, self.poll.hash)
                for deputy in chosen:
                    check_entitled(self.poll, known, deputy)
                if done := [d for d in chosen if known[d].request is not None or known[d].paper]:
                    raise already_collected(done)
            made = {deputy: new_code() for deputy in chosen}
            hashes = {d: code_hash(key, self.poll.hash, code.replace("-", "")) for d, code in made.items()}
            await store.set_codes(connection, self.poll.hash, hashes)
        return made

    async def give_paper(self, deputies: Sequence[str]) -> None:
        """These take paper; all or none, again changes nothing."""
        async with self._collecting(lock=True) as connection:
            known = await store.voters(connection, self.poll.hash)
            for deputy in deputies:
                check_entitled(self.poll, known, deputy)
            stamped = {deputy for deputy, voter in known.items() if voter.request is not None}
            check_paper(self._issuer, self.poll, stamped, deputies)
            await store.commit_paper(connection, self.poll.hash, deputies)
        await asyncio.to_thread(self._files.collect, "paper", sorted(set(deputies)))

    async def collected(self) -> Collected:
        """How many have collected."""
        ended = await asyncio.to_thread(self._files.ending)
        if ended is not None:
            return ended.collected
        async with self._cluster.transaction() as connection:
            known = await store.voters(connection, self.poll.hash)
        stamped, paper = await asyncio.to_thread(self._collectors, list(known.values()))
        return Collected(phones=len(stamped - paper), paper=len(paper))

    async def end(self) -> IssuerStatements:
        """End collecting: nothing more is committed to, the list is signed, the keys are destroyed, the hashes go.

        Each step may be done again after a crash; the list is fixed by the first, so the statements are the same.
        """
        async with self._cluster.transaction() as connection:
            row = await store.poll_row(connection, self.poll.hash, lock=True)
            if row is not None and row.phase == "discarded":
                raise discarded(self.poll.manifest.poll)
            await store.set_phase(connection, self.poll.hash, "ended")
            known = await store.voters(connection, self.poll.hash)
        ending = await asyncio.to_thread(self._ending, list(known.values()))
        await self._forget()
        return ending.statements

    async def discard(self) -> None:
        """Destroy keys and requests of a void poll."""
        async with self._cluster.transaction() as connection:
            await store.set_phase(connection, self.poll.hash, "discarded")
        await self._forget()

    async def finish(self) -> None:
        """What a crash has left of ending or discarding."""
        async with self._cluster.transaction() as connection:
            row = await store.poll_row(connection, self.poll.hash)
        ended = await asyncio.to_thread(self._files.ending) is not None
        if row is not None and (row.phase == "ended" or (ended and row.phase == "collecting")):
            await self.end()  # also where an old database has come back since: what was signed must be true
        elif row is not None and row.phase == "discarded":
            await self._forget()

    def drop_destroyed_keys(self) -> None:
        """Forget keys whose file is gone, destroyed by another process. Nobody signs with them then (`files.held`)."""
        if self._secrets is not None and not self._files.stamp_keys.exists():
            self._secrets.destroy()
            self._secrets = None

    @asynccontextmanager
    async def _collecting(self, *, lock: bool = False) -> AsyncIterator[Connection]:
        """A transaction while deputies collect. Refused once it is over; ends it when the database is an old copy."""
        # Read before the database: what is durable here was durable there before.
        durable = await asyncio.to_thread(self._files.collected)
        try:
            async with self._cluster.transaction() as connection:
                row = await store.poll_row(connection, self.poll.hash, lock=lock)
                if row is not None and row.phase == "discarded":
                    raise discarded(self.poll.manifest.poll)
                if self._files.ending() is not None or (row is not None and row.phase == "ended"):
                    raise collecting_over()
                if self._files.restored:
                    raise restored()
                if row is None or row.commitments < len(durable):
                    raise _DatabaseIsOld
                if lock and _forgotten(durable, await store.voters(connection, self.poll.hash)):
                    raise _DatabaseIsOld  # as many commitments as lines, but of others: of some no line was written
                yield connection
        except _DatabaseIsOld:
            _LOG.error("database_restored_from_an_old_copy", poll=self.poll.hash.hex()[:16])
            await asyncio.to_thread(self._files.end_restored)
            self.drop_destroyed_keys()
            raise restored() from None

    async def _voter(self, connection: Connection, code: str) -> VoterRow | None:
        read, key = read_code(code), self._files.code_key()
        if read is None or key is None:
            return None
        return await store.voter_of(connection, self.poll.hash, code_hash(key, self.poll.hash, read))

    async def _wrong(self, code: str) -> Exception:
        mistyped = read_code(code) is None
        if not mistyped:
            await self.guesses.wrong()
        return bad_code(mistyped=mistyped)

    async def _keys(self) -> IssuerSecrets:
        async with self._loading:
            if self._secrets is None:
                self._secrets = await asyncio.to_thread(self._files.secrets)
            if self._secrets is None:
                raise collecting_over()
            return self._secrets

    def _sign(self, keys: IssuerSecrets, deputy: str, request: StampValues) -> StampValues:
        with held(self._files.stamp_keys) as there:
            if not there:
                raise collecting_over()
            self._files.collect("phone", [deputy])
            return keys.stamp(request)

    def _ending(self, known: Sequence[VoterRow]) -> Ending:
        ending = self._files.ending()
        if ending is None:
            stamped, paper = self._collectors(known)
            notes = statements_of(self._issuer, self.poll, stamped, paper, self._files.statement_signer())
            ending = Ending(
                statements=IssuerStatements(collectors=notes.collectors, destroyed=notes.destroyed),
                collected=Collected(phones=len(stamped - paper), paper=len(paper)),
            )
            self._files.keep_ending(ending)
        return ending

    def _collectors(self, known: Sequence[VoterRow]) -> tuple[set[str], set[str]]:
        """Who was stamped, and who took paper."""
        # A restored database does not know all who collected; the lines in the key folder do.
        found: set[tuple[Way, str]] = set(self._files.collected())
        found |= {("phone", voter.deputy) for voter in known if voter.request is not None}
        found |= {("paper", voter.deputy) for voter in known if voter.paper}
        return {d for way, d in found if way == "phone"}, {d for way, d in found if way == "paper"}

    async def _forget(self) -> None:
        await asyncio.to_thread(self._files.destroy)
        self.drop_destroyed_keys()
        async with self._cluster.transaction() as connection:
            await store.delete_voters(connection, self.poll.hash)
        await self._cluster.forget("voter", "poll")


def _forgotten(durable: Collection[tuple[Way, str]], known: Mapping[str, VoterRow]) -> bool:
    """Whether somebody has collected of whom the database does not know it."""
    stamped = {deputy for deputy, voter in known.items() if voter.request is not None}
    paper = {deputy for deputy, voter in known.items() if voter.paper}
    return any(deputy not in (stamped if way == "phone" else paper) for way, deputy in durable)
