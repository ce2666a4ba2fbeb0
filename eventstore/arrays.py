"""Arrays as PostgreSQL's binary protocol has them, made in one go.

psycopg's own lists find out the type of every element; with a dozen arrays a statement that takes longer than the
statement. Here the caller names the element type, and an array costs little more than joining its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_NULL = b"\xff\xff\xff\xff"
_HEADER = Struct("!iIIii").pack
_EMPTY = Struct("!iII").pack
_LENGTH = Struct("!i").pack
_BOOL = Struct("!i?").pack
_INT = Struct("!ii").pack
_BIGINT = Struct("!iq").pack


@dataclass(slots=True)
class PgArray:
    """Values of one type, any of which may be None."""

    values: Sequence[Any]

    oid: ClassVar[int]
    """Of the array's type in `pg_type`."""
    element_oid: ClassVar[int]

    def encode(self) -> bytes:
        """The array in the binary protocol."""
        if not self.values:
            return _EMPTY(0, 0, self.element_oid)
        # Flag 1: there may be nulls. The server looks for itself.
        return _HEADER(1, 1, self.element_oid, len(self.values), 1) + b"".join(self._items())

    def _items(self) -> list[bytes]:
        """Each value behind its length."""
        raise NotImplementedError


class TextArray(PgArray):
    """`text[]`"""

    oid, element_oid = 1009, 25
    values: Sequence[str | None]

    def _items(self) -> list[bytes]:
        items = []
        for value in self.values:
            if value is None:
                items.append(_NULL)
            else:
                data = value.encode()
                items += (_LENGTH(len(data)), data)
        return items


class IntArray(PgArray):
    """`integer[]`"""

    oid, element_oid = 1007, 23
    values: Sequence[int | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else _INT(4, value) for value in self.values]


class BigIntArray(PgArray):
    """`bigint[]`"""

    oid, element_oid = 1016, 20
    values: Sequence[int | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else _BIGINT(8, value) for value in self.values]


class BoolArray(PgArray):
    """`boolean[]`"""

    oid, element_oid = 1000, 16
    values: Sequence[bool | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else _BOOL(1, value) for value in self.values]


class UuidArray(PgArray):
    """`uuid[]`"""

    oid, element_oid = 2951, 2950
    values: Sequence[UUID | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else b"\x00\x00\x00\x10" + value.bytes for value in self.values]


class InstantArray(PgArray):
    """`timestamptz[]`; the moments are aware."""

    oid, element_oid = 1185, 1184
    values: Sequence[datetime | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else _BIGINT(8, (value - _EPOCH) // _MICROSECOND) for value in self.values]


class DateArray(PgArray):
    """`date[]`"""

    oid, element_oid = 1182, 1082
    values: Sequence[date | None]

    def _items(self) -> list[bytes]:
        return [_NULL if value is None else _INT(4, value.toordinal() - _EPOCH_DAY) for value in self.values]


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: PgArray) -> bytes:
        return obj.encode()


for _array_type in (TextArray, IntArray, BigIntArray, BoolArray, UuidArray, InstantArray, DateArray):
    psycopg.adapters.register_dumper(_array_type, type(_array_type.__name__, (_ArrayDumper,), {"oid": _array_type.oid}))
