"""What can be read behind the product's back, as records in the order in which they were left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

_VALUE = re.compile(rb"[0-9a-zA-Z_\-+/=]{12,}")
"""Anything long enough to be no coincidence: hashes, keys, tokens, ids."""
_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
    ORDER BY 1, 2
"""


class Record(NamedTuple):
    """One thing left behind: a table's row, a line of a log, an event of a history."""

    source: str
    """Where, so that an order has a meaning: records of one source are compared among themselves."""
    position: tuple[int, ...]
    transaction: str | None
    """What was written together: cluster and `xmin`."""
    data: bytes

    @property
    def values(self) -> frozenset[bytes]:
        """Long values in it, by which records could be recognised in another place."""
        return frozenset(_VALUE.findall(self.data))


class RawFile(NamedTuple):
    """A file's bytes: the WAL above all, but dead rows in tables' files and indexes as well."""

    source: str
    data: bytes


def rows_of(cluster: str, url: str) -> Iterator[Record]:
    """Every row of every table, twice: in the order of the transactions, and in the order on the pages.

    `url`: of the cluster's superuser; row-level security hides nothing from an administrator.
    """
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(_TABLES).fetchall():
            query = sql.SQL("SELECT xmin::text, ctid::text, to_jsonb(t)::text FROM {} t").format(
                sql.Identifier(schema, table)
            )
            for xmin, ctid, text in connection.execute(query).fetchall():
                page, item = ctid.strip("()").split(",")
                # PostgreSQL writes bytea in JSON as "\x…": the digits are what other places hold.
                data, transaction = text.replace("\\\\x", " ").encode(), f"{cluster}:{xmin}"
                name = f"{cluster}/{schema}.{table}"
                yield Record(f"{name} by ctid", (int(page), int(item)), transaction, data)
                yield Record(f"{name} by xmin", (int(xmin),), transaction, data)


def lines_of(source: str, text: bytes) -> Iterator[Record]:
    """The lines of a log, or a history's events, one a line."""
    for number, line in enumerate(text.splitlines()):
        yield Record(source, (number,), None, line)


_OURS = 16384
"""Files of relations have numbers from here on; below are the catalogues, the same in every new cluster."""


def files_of(cluster: str, folder: Path) -> Iterator[RawFile]:
    """The files of a cluster's own tables and indexes; the WAL's segments as one, in their order, without its end."""
    wal = b""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.parent.name == "pg_wal":
            wal += file.read_bytes()
        elif "base" in file.relative_to(folder).parts and int(re.sub(r"\D.*", "", file.name) or 0) >= _OURS:
            yield RawFile(f"{cluster}/{file.relative_to(folder)}", file.read_bytes())
    yield RawFile(f"{cluster}/WAL", wal.rstrip(b"\0"))


def occurrences(files: Iterable[RawFile], marks: Iterable[bytes]) -> Iterator[Record]:
    """Each place in raw files where one of the marks stands, as text, as digits or as bytes."""
    patterns: dict[bytes, bytes] = {}
    for mark in marks:
        patterns[mark] = mark
        if re.fullmatch(rb"(?:[0-9a-f]{2}){8,}", mark):
            patterns[bytes.fromhex(mark.decode())] = mark
    for file in files:
        for pattern, mark in patterns.items():
            place = file.data.find(pattern)
            while place >= 0:
                yield Record(file.source, (place,), None, mark)
                place = file.data.find(pattern, place + 1)
