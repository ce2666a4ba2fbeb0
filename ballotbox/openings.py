"""What the two teams of scrutineers got out of the box: kept until both are there, then compared."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox.database import key_of
from ballotbox.offices import BoxNumbers
from ballotbox.polls import PollKey
from ballotbox.secret.manifest import Poll
from ballotbox.secret.teams import Combined, TeamResult, combine

_KEEP = text(
    "INSERT INTO ballotbox.opening (town, poll_id, team, result) VALUES (:town, :poll, :team, :result) "
    "ON CONFLICT (town, poll_id, team) DO UPDATE SET result = excluded.result"
)
_TEAMS = text("SELECT team FROM ballotbox.opening WHERE town = :town AND poll_id = :poll ORDER BY team")
_READ = text("SELECT result FROM ballotbox.opening WHERE town = :town AND poll_id = :poll ORDER BY team")
_DROP = text("DELETE FROM ballotbox.opening WHERE town = :town AND poll_id = :poll")


async def keep(connection: AsyncConnection, poll: PollKey, result: TeamResult) -> None:
    """Keep a team's result; a later one of the same team replaces it."""
    packed = await asyncio.to_thread(lambda: zlib.compress(result.to_bytes(), 1))
    await connection.execute(_KEEP, {**key_of(poll), "team": result.team, "result": packed})


async def teams(connection: AsyncConnection, poll: PollKey) -> list[int]:
    """The teams whose results are there."""
    return list((await connection.execute(_TEAMS, key_of(poll))).scalars())


async def read(connection: AsyncConnection, poll: PollKey) -> list[TeamResult]:
    """The results that are there, by team."""
    packed = [bytes(data) for data in (await connection.execute(_READ, key_of(poll))).scalars()]
    return [await asyncio.to_thread(_unpacked, data) for data in packed]


def _unpacked(data: bytes) -> TeamResult:
    return TeamResult.from_bytes(zlib.decompress(data))


async def destroy(connection: AsyncConnection, poll: PollKey) -> None:
    """Forget the results of a void poll."""
    await connection.execute(_DROP, key_of(poll))


async def combined(poll: Poll, policy: bytes, log_root: bytes, first: TeamResult, second: TeamResult) -> Combined:
    """Two equal results as files to be published. Raises `Refusal` with the difference."""
    return await asyncio.to_thread(combine, poll, policy, log_root, first, second)


async def void_close(
    connection: AsyncConnection,
    key: PollKey,
    poll: Poll,
    policy: bytes,
    log_root: Callable[[Poll], Awaitable[bytes]],
) -> dict[str, bytes]:
    """The close of a void poll, where both teams have signed it by now; else it follows with their results."""
    results = await read(connection, key)
    if len(results) < len((1, 2)):
        return {}
    signed = await combined(poll, policy, await log_root(poll), *results)
    return signed.files if signed.phase == "void" else {}


def waiting(poll: Poll, numbers: BoxNumbers, there: Collection[int]) -> list[str]:
    """What an opening waits for, in Chinese: the witnesses' signatures, and the teams' results."""
    reasons = []
    quorum = poll.manifest.witness_quorum
    if numbers.cosigned < quorum:
        reasons.append(f"等待见证人签名（{numbers.cosigned}/{quorum}）")
    if missing := [team for team in (1, 2) if team not in there]:
        reasons.append(f"等待第 {'、'.join(map(str, missing))} 组监票人的开箱结果")
    return reasons
