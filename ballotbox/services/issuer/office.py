"""All desks of an issuer, as its office steers them: `ballotbox.offices.IssuerOffice`, without the network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from ballotbox.offices import Collected, IssuerName, IssuerStatements, Voter
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import roster_bytes
from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import IssuerKeys, Poll
from ballotbox.services.cluster import Cluster, open_cluster
from ballotbox.services.issuer import store
from ballotbox.services.issuer.desk import Desk
from ballotbox.services.issuer.keys import IssuerFiles
from ballotbox.services.issuer.refusals import bad_manifest, unknown
from ballotbox.services.issuer.schema import schema_of

_LOOK_SECONDS = 1.0


class Desks:
    """The desks of all polls of one issuer."""

    def __init__(self, name: IssuerName, files: IssuerFiles, cluster: Cluster, threads: ThreadPoolExecutor) -> None:
        self.name: IssuerName = name
        self._files = files
        self._cluster = cluster
        self._threads = threads
        self._desks: dict[str, Desk] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, name: IssuerName, folder: Path, database_url: str) -> AsyncIterator[Self]:
        """The issuer with its key files in `folder` and its own cluster. What a crash has left undone is done first.

        Raises what `open_cluster` raises.
        """
        files = await asyncio.to_thread(IssuerFiles, name, folder)
        async with open_cluster(database_url, schema_of(name)) as cluster:
            # Signing is work for processors; the interpreter's lock is not held meanwhile.
            with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix=f"issuer-{name}") as threads:
                desks = cls(name, files, cluster, threads)
                await desks.finish()
                watch = asyncio.create_task(desks.watch(), name=f"keys of issuer {name}")
                try:
                    yield desks
                finally:
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)

    async def desk(self, manifest: str) -> Desk:
        """The desk of a poll. Refused for one that never began here."""
        if manifest not in self._desks:
            files = await asyncio.to_thread(self._files.of, manifest)
            if files is None:
                raise unknown(manifest)
            made = await asyncio.to_thread(Desk, self.name, files, self._cluster, self._threads)
            self._desks.setdefault(manifest, made)
        return self._desks[manifest]

    async def prepare(self, poll: PollKey, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        """Make the keys of a poll; the same question again gives the same keys."""
        return await asyncio.to_thread(self._files.prepare, poll, slots, subjects)

    async def begin(self, manifest: bytes, voters: Sequence[Voter]) -> None:
        """Collecting begins under this manifest, for these deputies."""
        try:
            poll = await asyncio.to_thread(Poll, manifest)
        except ValueError:
            raise bad_manifest("不是规范格式的清单") from None
        if sha256(roster_bytes(tuple(voter.deputy for voter in voters))).hex() != poll.manifest.roster_hash:
            raise bad_manifest("代表名单与清单中的哈希不符")
        if await asyncio.to_thread(self._files.begin, poll) is None:
            raise bad_manifest("清单中的公钥不是本方为这次测评准备的，或这组密钥已用于另一份清单")
        async with self._cluster.transaction() as connection:
            await store.add_poll(connection, poll.hash, voters)

    async def codes(self, manifest: str, deputies: Sequence[str] | None = None) -> dict[str, str]:
        """New personal codes, told this once."""
        return await (await self.desk(manifest)).codes(deputies)

    async def give_paper(self, manifest: str, deputies: Sequence[str]) -> None:
        """These deputies take paper forms."""
        await (await self.desk(manifest)).give_paper(deputies)

    async def collected(self, manifest: str) -> Collected:
        """How many have collected so far."""
        return await (await self.desk(manifest)).collected()

    async def end_collecting(self, manifest: str) -> IssuerStatements:
        """Sign, destroy, forget; again: the same statements."""
        return await (await self.desk(manifest)).end()

    async def discard(self, manifest: str) -> None:
        """Destroy the keys and requests of a void poll."""
        desk = await self.desk(manifest)
        await desk.discard()
        await asyncio.to_thread(self._files.make_room, desk.poll)

    async def finish(self) -> None:
        """End what a crash has interrupted."""
        for manifest in await asyncio.to_thread(self._files.begun):
            await (await self.desk(manifest)).finish()

    async def watch(self) -> None:
        """Forget keys that another process of this issuer has destroyed."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for desk in self._desks.values():
                desk.drop_destroyed_keys()
