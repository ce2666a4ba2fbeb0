"""The log checked inside the database, in SQL: by other code than Python's, on the same definition."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from eventstore.findings import FaultKind, LogFault

_FIRST_FAULT = text("""
WITH walked AS (
    SELECT e.*,
           row_number() OVER log AS expected_position,
           row_number() OVER (PARTITION BY stream ORDER BY position) - 1 AS expected_version,
           coalesce(lag(digest) OVER log, jiandu_genesis(town)) AS previous
    FROM event e
    WHERE town = :town
    WINDOW log AS (ORDER BY position)
)
SELECT position, stream, version, event_id,
       position <> expected_position AS gap,
       version <> expected_version AS disordered
FROM walked
WHERE position <> expected_position
   OR version <> expected_version
   OR digest <> jiandu_chain(previous, town, position, stream, version, event_id, type, schema_version, command_id,
                             command_index, jiandu_instant(business_time), jiandu_instant(recorded_at), body, metadata)
ORDER BY position
LIMIT 1
""")

# Without these, what fits today need not fit tomorrow.
_OPEN_GUARDS = text("""
SELECT guarded.name
FROM (VALUES ('event', true), ('checkpoint', true), ('town_log', false), ('stream_epoch', false))
     AS guarded (name, append_only)
JOIN pg_class c ON c.oid = guarded.name::regclass
WHERE NOT c.relrowsecurity OR NOT c.relforcerowsecurity
   OR guarded.append_only AND NOT EXISTS (
          SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only' AND t.tgenabled IN ('O', 'A'))
ORDER BY 1
""")


async def open_guards(connection: AsyncConnection) -> list[str]:
    """Tables whose append-only trigger or forced row-level security is not in force."""
    return list((await connection.execute(_OPEN_GUARDS)).scalars())


async def first_fault(connection: AsyncConnection, town: str) -> LogFault | None:
    """The first event of the town's log that does not fit, found by the database."""
    row = (await connection.execute(_FIRST_FAULT, {"town": town})).one_or_none()
    if row is None:
        return None
    if row.gap:
        kind, message = FaultKind.GAP, "此前缺少事件，序号不连续"
    elif row.disordered:
        kind, message = FaultKind.STREAM_ORDER, "版本号不接续本事件流的前一条"
    else:
        kind, message = FaultKind.DIGEST, "内容与入库时的摘要不符，已被改动"
    return LogFault(
        kind=kind,
        town=town,
        message=message,
        position=row.position,
        stream=row.stream,
        version=row.version,
        event_id=row.event_id,
    )
