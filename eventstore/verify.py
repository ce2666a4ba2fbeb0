"""Recompute everything that the log claims, and name the first event that does not fit.

Three independent looks: the database's own (`verify_sql`), Python's over the rows as stored (here), and the sealed
checkpoints, those in the database and those that somebody kept elsewhere. The first two see a row changed by one who
did not mend the chain; only a checkpoint sees one who rewrote the chain to its end; only a kept one sees that the
checkpoints were rewritten too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from eventstore.canonical import ChainedRow, chain, genesis
from eventstore.checkpoints import CheckpointText, origin, read_text
from eventstore.database import as_auditor, create_engine
from eventstore.findings import FaultKind, LogFault, Verification
from eventstore.reader import FETCH
from eventstore.schema import checkpoint, event, town_log
from eventstore.verify_sql import first_fault, open_guards
from transparency.merkle import RunningRoot
from transparency.signed_note import NoteKey, NoteRefused, open_note

Progress = Callable[[str, int, int], None]
"""Told of town, events checked and events in all, now and then."""


async def verify(
    url: str,
    *,
    towns: Sequence[str] | None = None,
    keys: Sequence[NoteKey] = (),
    kept: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[Verification]:
    """Verify the logs of `towns`, or of all; one result a town.

    `keys` are the public keys that checkpoints must be signed by; `kept` are notes from outside the database.
    """
    engine = create_engine(url)
    try:
        async with as_auditor(engine) as connection:
            if towns is None:
                towns = await _known_towns(connection)
        results = []
        for town in towns:
            in_sql = asyncio.create_task(_fault_in_sql(engine, town), name=f"verification of {town} in SQL")
            try:
                async with as_auditor(engine) as connection:
                    results.append(await _verify_town(connection, in_sql, town, keys, kept, progress))
            finally:
                in_sql.cancel()  # done, or not needed any more since another look found something
                await asyncio.wait([in_sql])
        return results
    finally:
        await engine.dispose()


async def _known_towns(connection: AsyncConnection) -> list[str]:
    # Not from the counters alone: who deletes a counter row would hide the town.
    found = await connection.execute(
        select(town_log.c.town).union(select(event.c.town), select(checkpoint.c.town)).order_by("town")
    )
    return list(found.scalars())


async def _fault_in_sql(engine: AsyncEngine, town: str) -> LogFault | None:
    """The database's own look, beside ours: it has a core of its own."""
    async with as_auditor(engine) as connection:
        return await first_fault(connection, town)


async def _verify_town(
    connection: AsyncConnection,
    in_sql: asyncio.Task[LogFault | None],
    town: str,
    keys: Sequence[NoteKey],
    kept: Sequence[str],
    progress: Progress | None,
) -> Verification:
    # One statement sees one moment, several do not: appends go on meanwhile, so the end is fixed first.
    counter = (
        await connection.execute(select(town_log.c.position, town_log.c.digest).where(town_log.c.town == town))
    ).one_or_none()
    end = counter.position if counter is not None else await _last_event(connection, town)
    expected, fault = await _expected_roots(connection, town, keys, kept)
    walk = _Walk(town, expected)
    if fault is None:
        fault = await walk.run(connection, end, progress)
    if fault is None:
        fault = walk.ended(end, counter.digest if counter is not None else None)
    if fault is None:
        fault = await in_sql
    if fault is None and (names := await open_guards(connection)):
        fault = LogFault(kind=FaultKind.GUARD, town=town, message=f"数据表的防改保护未生效：{'、'.join(names)}")
    return Verification(
        town=town,
        events=walk.tree.size,
        digest=walk.digest.hex(),
        checkpoints=walk.checkpoints,
        signatures_checked=bool(keys),
        fault=fault,
    )


async def _last_event(connection: AsyncConnection, town: str) -> int:
    return (await connection.execute(select(func.max(event.c.position)).where(event.c.town == town))).scalar_one() or 0


async def _expected_roots(
    connection: AsyncConnection, town: str, keys: Sequence[NoteKey], kept: Sequence[str]
) -> tuple[dict[int, list[bytes]], LogFault | None]:
    """Roots by position that checkpoints say, and the first checkpoint that cannot be believed."""
    roots: dict[int, list[bytes]] = {}
    rows = await connection.execute(
        select(checkpoint.c.position, checkpoint.c.root, checkpoint.c.note)
        .where(checkpoint.c.town == town)
        .order_by(checkpoint.c.position)
    )
    for position, root, note in rows:
        try:
            said = _believe(note, keys)
        except NoteRefused as error:
            return roots, _sealed(FaultKind.SIGNATURE, town, position, f"检查点的签名文本不可信（{error}）")
        if (said.origin, said.position, said.root) != (origin(town), position, root):
            return roots, _sealed(FaultKind.SIGNATURE, town, position, "检查点的记录与其签名文本不一致")
        roots.setdefault(position, []).append(root)
    for note in kept:
        try:
            said = _believe(note, keys)
        except NoteRefused as error:
            return roots, _sealed(FaultKind.SIGNATURE, town, None, f"另行保存的检查点不可信（{error}）")
        if said.origin == origin(town):
            roots.setdefault(said.position, []).append(said.root)
    return roots, None


def _believe(note: str, keys: Sequence[NoteKey]) -> CheckpointText:
    if keys:
        open_note(note, keys)
    return read_text(note)


def _sealed(kind: FaultKind, town: str, position: int | None, message: str) -> LogFault:
    return LogFault(kind=kind, town=town, position=position, message=message)


class _Walk:
    """One pass over a town's rows, in order, with what must be true of the next one."""

    def __init__(self, town: str, roots: dict[int, list[bytes]]) -> None:
        self.town = town
        self.digest = genesis(town)
        self.tree = RunningRoot()
        self.checkpoints = 0
        self._roots = roots
        self._versions: dict[str, int] = {}
        self._last_sealed = 0

    async def run(self, connection: AsyncConnection, end: int, progress: Progress | None) -> LogFault | None:
        """Check every row up to `end`, and those behind it only for being there."""
        columns = [event.c[name] for name in ChainedRow._fields]
        query = select(*columns, event.c.digest).where(event.c.town == self.town, event.c.position <= end)
        async with connection.stream(query.order_by(event.c.position), execution_options={"yield_per": FETCH}) as rows:
            # In partitions, since each step from SQLAlchemy's side to ours costs more than the row.
            async for part in rows.partitions():
                for *fields, digest in part:
                    fault = self._step(ChainedRow(*fields), digest)
                    if fault is not None:
                        return fault
                if progress is not None and self.tree.size % FETCH == 0:
                    progress(self.town, self.tree.size, end)
        if progress is not None:
            progress(self.town, self.tree.size, end)
        return None

    def _step(self, row: ChainedRow, digest: bytes) -> LogFault | None:
        if row.position != self.tree.size + 1:
            return self._fault(row, FaultKind.GAP, f"此前缺少第 {self.tree.size + 1} 条事件，序号不连续")
        if row.version != self._versions.get(row.stream, -1) + 1:
            return self._fault(row, FaultKind.STREAM_ORDER, "版本号不接续本事件流的前一条")
        if chain(self.digest, row) != digest:
            return self._fault(row, FaultKind.DIGEST, "内容与入库时的摘要不符，已被改动")
        self.digest = digest
        self.tree.add(digest)
        self._versions[row.stream] = row.version
        for root in self._roots.get(row.position, ()):
            if root != self.tree.root():
                return self._fault(
                    row,
                    FaultKind.CHECKPOINT,
                    f"与此处封存的检查点不符：第 {self._last_sealed + 1} 至 {row.position} 条中有事件在封存后被改写",
                )
            self.checkpoints += 1
            self._last_sealed = row.position
        return None

    def ended(self, end: int, digest: bytes | None) -> LogFault | None:
        """What must be true when no row is left: the counter knows the last one, and no checkpoint reaches further."""
        if digest is None and end > 0:
            message = f"缺少计数行，而日志有 {end} 条事件"
            return LogFault(kind=FaultKind.COUNTER, town=self.town, position=end, message=message)
        if self.tree.size != end or (digest is not None and digest != self.digest):
            message = f"计数行记为第 {end} 条，日志止于第 {self.tree.size} 条，或二者摘要不同：末尾的事件缺失或被替换"
            return LogFault(kind=FaultKind.COUNTER, town=self.town, position=self.tree.size + 1, message=message)
        beyond = [position for position in self._roots if position > end]
        if beyond:
            message = f"检查点封存了 {min(beyond)} 条事件，日志只有 {end} 条：末尾的事件缺失"
            return LogFault(kind=FaultKind.CHECKPOINT, town=self.town, position=end + 1, message=message)
        return None

    def _fault(self, row: ChainedRow, kind: FaultKind, message: str) -> LogFault:
        return LogFault(
            kind=kind,
            town=self.town,
            position=row.position,
            stream=row.stream,
            version=row.version,
            event_id=row.event_id,
            message=message,
        )
