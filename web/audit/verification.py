"""核对事件日志: the whole log of the town computed anew in the background; its progress and last results are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from eventstore.database import in_town
from eventstore.findings import Verification
from eventstore.verify import verify

log = structlog.get_logger("jiandu.verification")

LOOK_SECONDS = 0.5
"""How often progress is written down."""
GONE_AFTER = timedelta(seconds=30)
"""A run of which nothing was heard for so long was cut off: the process that did it is gone."""

_COLUMNS = "verification_id, asked_by, began, seen, checked, total, ended, ok, words, digest"
_CUT_OFF = text(
    "UPDATE desk.verification SET ended = :now, words = :words WHERE town = :town AND ended IS NULL AND seen < :gone"
)
_BEGIN = text(
    "INSERT INTO desk.verification (town, verification_id, asked_by, began, seen) "
    "VALUES (:town, :id, :asked_by, :now, :now) ON CONFLICT (town) WHERE ended IS NULL DO NOTHING "
    "RETURNING verification_id"
)
_SEEN = text(
    "UPDATE desk.verification SET seen = :now, checked = :checked, total = :total "
    "WHERE town = :town AND verification_id = :id"
)
_END = text(
    "UPDATE desk.verification SET seen = :now, ended = :now, checked = :checked, total = :total, ok = :ok, "
    "words = :words, digest = :digest WHERE town = :town AND verification_id = :id"
)
_LAST = text(
    f"SELECT {_COLUMNS} FROM desk.verification WHERE town = :town ORDER BY began DESC LIMIT :most"  # noqa: S608
)


@dataclass(frozen=True)
class Run:
    """A verification: under way, ended, or cut off."""

    verification_id: str
    asked_by: str
    began: datetime
    seen: datetime
    checked: int
    total: int
    ended: datetime | None
    ok: bool | None
    words: str
    digest: str

    def running(self, now: datetime) -> bool:
        """Whether it still goes on."""
        return self.ended is None and now - self.seen < GONE_AFTER


class Verifier:
    """Verifies the log of one town, one run at a time."""

    def __init__(self, engine: AsyncEngine, town: str, keys: Sequence[Any] = ()) -> None:
        """`keys`: public keys that checkpoints must be signed by; none: signatures are not checked."""
        self._engine = engine
        self._town = town
        self._keys = keys
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, asked_by: str) -> bool:
        """Start a run; False while one is under way."""
        now, run = datetime.now(UTC), str(uuid4())
        key = {"town": self._town, "now": now}
        async with in_town(self._engine, self._town) as connection:
            words = "中途停止，没有结论；请重新核对。"
            await connection.execute(_CUT_OFF, {**key, "gone": now - GONE_AFTER, "words": words})
            begun = (await connection.execute(_BEGIN, {**key, "id": run, "asked_by": asked_by})).first()
        if begun is None:
            return False
        task = asyncio.create_task(self._run(run), name="verification of the log")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def last(self, most: int = 5) -> list[Run]:
        """The last runs, newest first."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_LAST, {"town": self._town, "most": most})
            return [Run(**row._mapping) for row in rows]

    async def settled(self) -> None:
        """Wait until no run is under way in this process."""
        await asyncio.gather(*self._tasks)

    async def _run(self, run: str) -> None:
        progress = {"checked": 0, "total": 0}

        def tell(town: str, checked: int, total: int) -> None:
            del town
            progress.update(checked=checked, total=total)

        # In a thread with a loop of its own: it computes all the time, and the pages go on meanwhile.
        looking = asyncio.create_task(asyncio.to_thread(self._verify, tell), name="verifying")
        while not (await asyncio.wait([looking], timeout=LOOK_SECONDS))[0]:
            await self._note(_SEEN, run, progress)
        error = looking.exception()
        if error is not None:
            log.error("verification_failed", reason=type(error).__name__, exc_info=error)
            await self._note(_END, run, {**progress, "ok": None, "words": "核对没有做完，请稍后重试。", "digest": ""})
            return
        for result in looking.result():
            ended = {"ok": result.ok, "words": words_of(result), "digest": result.digest}
            await self._note(_END, run, {**progress, **ended})

    def _verify(self, tell: Any) -> list[Verification]:
        url = self._engine.url.render_as_string(hide_password=False)
        return asyncio.run(verify(url, towns=[self._town], keys=self._keys, progress=tell))

    async def _note(self, statement: Any, run: str, values: dict[str, Any]) -> None:
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(statement, {"town": self._town, "id": run, "now": datetime.now(UTC), **values})


def words_of(result: Verification) -> str:
    """The result in Chinese."""
    if result.fault is not None:
        return f"不符：{result.fault}。请保留现场、停止写入，与备份和另存的检查点比对。"
    signed = "检查点签名已验" if result.signatures_checked else "本机没有公钥，检查点签名未验"
    return f"全部相符：{result.events} 条事件、{result.checkpoints} 个检查点（{signed}）。"
