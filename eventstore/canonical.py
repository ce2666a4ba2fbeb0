"""What the hash chain is computed over: the canonical bytes of a row, the same here and in SQL (`jiandu_chain`).

    digest(n) = SHA-256( digest(n - 1) || row(n) )          digest(0) = SHA-256( "jiandu-log-1," || T(town) )

    row = T(town)       N(position)         T(stream)       N(version)      event_id ","
          T(type)       N(schema_version)   T(command_id)   N(command_index)
          I(business_time)  I(recorded_at)  T(body)         T(metadata)

in UTF-8, where T(x) is the length of x in bytes, ":", x, "," (a netstring: no text can pass for two fields), N(x) is
decimal digits and ",", I(x) is `YYYY-MM-DDTHH:MM:SS.ffffffZ,` in UTC, and event_id is the lower-case form with hyphens.
Body and metadata are the exact text that is stored; nothing is parsed, so no JSON library and no server version can
change a digest.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

EVENT_NAMESPACE = UUID("5f3a4a3e-6f0b-5c0a-9a58-6a69616e6475")


def event_id(town: str, command_id: str, index: int) -> UUID:
    """The id of the `index`-th event that a command makes (from 0).

    Derived, not drawn: whoever encrypts a body binds it to the event id before the event is stored.
    """
    return uuid5(EVENT_NAMESPACE, f"{len(town)}:{town}{len(command_id)}:{command_id}{index}")


def genesis(town: str) -> bytes:
    """The digest before a town's first event."""
    return hashlib.sha256(b"jiandu-log-1," + _text(town)).digest()


class ChainedRow(NamedTuple):
    """The fields of a row that its digest covers, in the order of the canonical bytes; columns have the same names."""

    town: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    command_id: str
    command_index: int
    business_time: datetime
    recorded_at: datetime
    body: str
    metadata: str


def chain(previous: bytes, row: ChainedRow) -> bytes:
    """The digest of a row after `previous`, the digest of the row before it."""
    town, stream, kind, command = row.town.encode(), row.stream.encode(), row.type.encode(), row.command_id.encode()
    body, metadata = row.body.encode(), row.metadata.encode()
    # One format, since a verification spends most of its time here: T is `%d:%b,`, N is `%d,`.
    data = b"%b%d:%b,%d,%d:%b,%d,%b,%d:%b,%d,%d:%b,%d,%b,%b,%d:%b,%d:%b," % (
        previous,
        len(town), town,
        row.position,
        len(stream), stream,
        row.version,
        str(row.event_id).encode(),
        len(kind), kind,
        row.schema_version,
        len(command), command,
        row.command_index,
        instant(row.business_time).encode(),
        instant(row.recorded_at).encode(),
        len(body), body,
        len(metadata), metadata,
    )  # fmt: skip
    return hashlib.sha256(data).digest()


def instant(value: datetime) -> str:
    """A moment in UTC to the microsecond. Raises `ValueError` for one without a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _text(value: str) -> bytes:
    data = value.encode()
    return b"%d:%b," % (len(data), data)
