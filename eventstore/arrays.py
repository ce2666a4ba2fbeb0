"""Arrays as PostgreSQL's binary protocol has them, made in one go.

psycopg's own lists find out the type of every element; with a dozen arrays a statement that takes longer than the
statement. Here the caller names the element type, and an array costs little more than joining its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from struct import pack
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_NULL = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class TextArray:
    """`text[]`"""

    values: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class IntArray:
    """`integer[]`"""

    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class BigIntArray:
    """`bigint[]`"""

    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class BoolArray:
    """`boolean[]`"""

    values: Sequence[bool | None]


@dataclass(frozen=True, slots=True)
class UuidArray:
    """`uuid[]`"""

    values: Sequence[UUID | None]


@dataclass(frozen=True, slots=True)
class InstantArray:
    """`timestamptz[]`; the moments are aware."""

    values: Sequence[datetime | None]


@dataclass(frozen=True, slots=True)
class DateArray:
    """`date[]`"""

    values: Sequence[date | None]


PgArray = TextArray | IntArray | BigIntArray | BoolArray | UuidArray | InstantArray | DateArray


def _array(element_oid: int, items: Sequence[bytes | None]) -> bytes:
    if not items:
        return pack("!iII", 0, 0, element_oid)
    parts = [pack("!iIIii", 1, int(None in items), element_oid, len(items), 1)]
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            parts += (pack("!i", len(item)), item)
    return b"".join(parts)


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element_oid: ClassVar[int]


class _TextDumper(_ArrayDumper):
    oid = 1009
    element_oid = 25

    def dump(self, obj: TextArray) -> bytes:
        return _array(self.element_oid, [None if value is None else value.encode() for value in obj.values])


class _IntDumper(_ArrayDumper):
    oid = 1007
    element_oid = 23

    def dump(self, obj: IntArray) -> bytes:
        return _array(self.element_oid, [None if value is None else pack("!i", value) for value in obj.values])


class _BigIntDumper(_ArrayDumper):
    oid = 1016
    element_oid = 20

    def dump(self, obj: BigIntArray) -> bytes:
        return _array(self.element_oid, [None if value is None else pack("!q", value) for value in obj.values])


class _BoolDumper(_ArrayDumper):
    oid = 1000
    element_oid = 16

    def dump(self, obj: BoolArray) -> bytes:
        return _array(self.element_oid, [None if value is None else pack("!?", value) for value in obj.values])


class _UuidDumper(_ArrayDumper):
    oid = 2951
    element_oid = 2950

    def dump(self, obj: UuidArray) -> bytes:
        return _array(self.element_oid, [None if value is None else value.bytes for value in obj.values])


class _InstantDumper(_ArrayDumper):
    oid = 1185
    element_oid = 1184

    def dump(self, obj: InstantArray) -> bytes:
        return _array(
            self.element_oid,
            [None if value is None else pack("!q", (value - _EPOCH) // _MICROSECOND) for value in obj.values],
        )


class _DateDumper(_ArrayDumper):
    oid = 1182
    element_oid = 1082

    def dump(self, obj: DateArray) -> bytes:
        return _array(
            self.element_oid,
            [None if value is None else pack("!i", value.toordinal() - _EPOCH_DAY) for value in obj.values],
        )


for _array_type, _dumper in (
    (TextArray, _TextDumper),
    (IntArray, _IntDumper),
    (BigIntArray, _BigIntDumper),
    (BoolArray, _BoolDumper),
    (UuidArray, _UuidDumper),
    (InstantArray, _InstantDumper),
    (DateArray, _DateDumper),
):
    psycopg.adapters.register_dumper(_array_type, _dumper)
