"""A part's own database cluster: its connections, and its schema, which the part makes itself.

Each of issuer A, issuer B and the box has a cluster to itself: PostgreSQL keeps the order of insertion in `xmin`,
`ctid` and the WAL, whatever columns a table has. A schema's steps are applied once each, in order, and never changed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, NamedTuple, TypeAlias

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

Connection: TypeAlias = psycopg.AsyncConnection[Any]

DURABLE = "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed"
"""Asked for by name, whatever the server's defaults are: what was answered must never be lost."""
_PATIENCE = 5.0
"""Seconds until a database that does not answer is said to be away."""
_STEPS_LOCK = 0x6A64_7374_6570_0001


class ClusterRefused(RuntimeError):
    """A database cannot serve this part; the message says why and what to do, in Chinese."""


class Schema(NamedTuple):
    """The tables of a part, and the role in which it works on them."""

    part: str
    steps: Sequence[LiteralString]
    """Scripts, each applied once. `{role}` stands for the role's name; what it may do is granted here."""

    @property
    def role(self) -> str:
        """May neither change the schema nor create anything; all daily work is done in this role."""
        return f"jiandu_{self.part}"


class Cluster:
    """An open database. A connection that died is replaced when it is next asked for."""

    def __init__(self, url: str, pool: AsyncConnectionPool[Connection]) -> None:
        self._url = url
        self._pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction in the part's role, durable when the block has ended.

        Raises `psycopg.OperationalError` when the database is away; at the end it is then not known whether it stands.
        """
        async with self._pool.connection() as connection:
            yield connection

    async def forget(self, *tables: LiteralString) -> None:
        """Let deleted rows of these tables be gone from the cluster's files: the old versions, and the WAL.

        `VACUUM FULL` writes the tables anew; old files and old WAL go with the checkpoint (`wal_recycle` is off).
        """
        async with await _connect(self._url) as connection:
            for table in tables:
                await connection.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier(table)))
            await connection.execute("SELECT pg_switch_wal()")
            await connection.execute("CHECKPOINT")
            await connection.execute("SELECT pg_switch_wal()")
            # The first one leaves the segment in which it began.
            await connection.execute("CHECKPOINT")


@asynccontextmanager
async def open_cluster(url: str, schema: Schema, *, connections: int = 6) -> AsyncIterator[Cluster]:
    """Connect, bring the schema to this version, and serve until the block ends.

    Raises:
        ClusterRefused: it belongs to another part, is of a newer version, or lacks a right or a setting.
        psycopg.OperationalError: it does not answer.
    """
    url = url.replace("postgresql+psycopg://", "postgresql://", 1)
    async with await _connect(url) as connection:
        await _bring_up(connection, schema)
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=connections,
        timeout=_PATIENCE,
        reconnect_timeout=_PATIENCE,
        max_idle=60,
        kwargs={
            "options": f"-c role={schema.role} {DURABLE}",
            "connect_timeout": int(_PATIENCE),
        },
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    async with pool:
        yield Cluster(url, pool)


async def _connect(url: str) -> Connection:
    return await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=int(_PATIENCE))


async def _bring_up(connection: Connection, schema: Schema) -> None:
    await connection.execute("SELECT pg_advisory_lock(%s)", (_STEPS_LOCK,))
    role = sql.Identifier(schema.role)
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_step (part text NOT NULL, step integer NOT NULL, PRIMARY KEY (part, step))"
    )
    rows = await (await connection.execute("SELECT part, step FROM schema_step")).fetchall()
    if strange := {part for part, _ in rows} - {schema.part}:
        raise ClusterRefused(
            f"这个数据库属于“{'、'.join(sorted(strange))}”，不能同时给“{schema.part}”用：两个发票方和票箱必须各用各的数据库集群。"
        )
    if len(rows) > len(schema.steps):
        raise ClusterRefused(f"“{schema.part}”的数据库是更新版本的 jiandu 建立的，请用新版本运行。")
    found = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (schema.role,))
    if await found.fetchone() is None:
        await connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        await connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE").format(role))
    for number, step in list(enumerate(schema.steps))[len(rows) :]:
        async with connection.transaction():
            await connection.execute(sql.SQL(step).format(role=role))
            await connection.execute("INSERT INTO schema_step VALUES (%s, %s)", (schema.part, number))
    await _check_forgetting(connection)


async def _check_forgetting(connection: Connection) -> None:
    """That deleted rows can really be made to go is asked now, not when the keys are gone already."""
    row = await (
        await connection.execute(
            "SELECT pg_has_role(current_user, 'pg_checkpoint', 'USAGE'),"
            " has_function_privilege('pg_switch_wal()', 'EXECUTE'), current_setting('wal_recycle') = 'off'"
        )
    ).fetchone()
    if row != (True, True, True):
        raise ClusterRefused(
            "这个数据库集群不能把删除的内容真正清除。请由管理员执行："
            "ALTER SYSTEM SET wal_recycle = off；GRANT pg_checkpoint TO 本账号；"
            "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO 本账号；然后重新载入设置。"
        )
