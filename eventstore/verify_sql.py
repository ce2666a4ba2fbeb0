"""The log checked inside the database, in SQL: by other code than Python's, on the same definition."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from eventstore.findings import FaultKind, LogFault

# The chain needs the rows in the order of the log, as they lie; only the narrow ones are sorted for the versions.
_FIRST_FAULT = text("""
WITH chained AS (
    SELECT position, stream, version, event_id,
           position <> row_number() OVER log AS gap,
           digest <> jiandu_chain(
               coalesce(lag(digest) OVER log, jiandu_genesis(town)), town, position, stream, version, event_id, type,
               schema_version, command_id, command_index, jiandu_instant(business_time), jiandu_instant(recorded_at),
               body, metadata) AS changed
    FROM event
    WHERE town = :town
    WINDOW log AS (ORDER BY position)
), numbered AS (
    SELECT position, stream, version, event_id,
           version <> row_number() OVER (PARTITION BY stream ORDER BY position) - 1 AS disordered
    FROM event
    WHERE town = :town
), faults AS (
    (SELECT position, stream, version, event_id, gap, false AS disordered
     FROM chained WHERE gap OR changed ORDER BY position LIMIT 1)
    UNION ALL
    (SELECT position, stream, version, event_id, false, true
     FROM numbered WHERE disordered ORDER BY position LIMIT 1)
)
SELECT position, stream, version, event_id, gap, disordered
FROM faults
ORDER BY position, gap DESC, disordered DESC
LIMIT 1
""")

# A log as long as it may be: without statistics the planner would sort it whole, on disk, by what it is sorted by.
_AS_FOR_A_LONG_LOG = text("""
SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),
       set_config('work_mem', '64MB', true)
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
    await connection.execute(_AS_FOR_A_LONG_LOG)
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
