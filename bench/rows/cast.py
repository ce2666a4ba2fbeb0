"""121 phones cast at once, over HTTP, each envelope on a connection of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from ballotbox.offices import PartyUnreachable
from ballotbox.polls import PollKey
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.files import write_private
from bench.ballots import SealedPoll, sealed_poll
from bench.bench import Bench, Row
from bench.measure import Spread, percentile, rate
from bench.report import Figure, Goal, Result, Unit
from bench.servers import driver_address
from runtime.ports import free_port
from runtime.postgres import OWNER, EmbeddedPostgres

TITLE = "Cast envelopes over HTTP, all checks, durable, 121 phones at once"
PHONES = 121
SUBJECTS = 12
CONNECTIONS = 16
OFFICE_KEY = "the office key of a box on a bench"
ROOT = Path(__file__).parents[2]


async def measure(bench: Bench) -> Result:
    """The box in a process of its own with a small cluster, as the product runs it; raw INSERT on the same cluster."""
    bench.say("制作信封")
    poll = await asyncio.to_thread(sealed_poll, "cast", PHONES, bench.sized(SUBJECTS, 1))
    phones = [[envelope.to_bytes() for envelope in phone] for phone in poll.phones]
    count = sum(map(len, phones))
    cluster = EmbeddedPostgres(bench.servers.folder / "box" / "postgres", name="postgres-box", small=True)
    await asyncio.to_thread(cluster.start)
    waits: list[float] = []

    async def ours() -> float:
        async with _serving(bench, cluster, poll) as port:
            latencies: list[float] = []
            head = f"POST /cast/{poll.poll.hash.hex()} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode()
            speed = await rate(count, lambda: asyncio.gather(*(_phone(port, head, each, latencies) for each in phones)))
            waits.append(percentile(latencies, 0.99))
            return speed

    rows = [(envelope.token, data) for envelope, data in zip(poll.envelopes, _flat(phones), strict=True)]

    async def inserts() -> float:
        return await _raw(_new_database(cluster), rows, 1)

    async def inserts_at_once() -> float:
        return await _raw(_new_database(cluster), rows, CONNECTIONS)

    try:
        figures = await bench.interleaved({"ours": ours, "raw": inserts, "raw at once": inserts_at_once})
        p99 = Spread(values=tuple(waits[-bench.repetitions :]))  # without the warm-up
        ratio = Figure(
            name="of raw INSERT commits of the same bytes",
            unit=Unit.TIMES,
            spread=figures["ours"].over(figures["raw"]),
        )
        result = Result(
            key=ROW.key,
            title=TITLE,
            goals=(
                Goal(figure=ratio, bound=0.5),
                Goal(figure=Figure(name="p99", unit=Unit.MILLISECONDS, spread=p99), bound=250, at_least=False),
            ),
            figures=(
                Figure(name="jiandu", unit=Unit.ENVELOPES, spread=figures["ours"]),
                Figure(name="raw INSERT, a commit a row", unit=Unit.ENVELOPES, spread=figures["raw"]),
                Figure(
                    name=f"raw INSERT, {CONNECTIONS} connections", unit=Unit.ENVELOPES, spread=figures["raw at once"]
                ),
            ),
            notes=(
                f"{count:,} envelopes of {len(phones[0][0]):,} bytes: two RSA and one Ed25519 verification and a "
                "signed receipt each; a new TCP connection each; box and phones share the machine's cores.",
            ),
        )
        return await bench.explained(result, ours)
    finally:
        await asyncio.to_thread(cluster.stop)


@asynccontextmanager
async def _serving(bench: Bench, cluster: EmbeddedPostgres, poll: SealedPoll) -> AsyncIterator[int]:
    """A box with an empty database that takes this poll's envelopes; its port."""
    folder = bench.servers.folder / uuid4().hex[:8]
    _give_keys(folder / "box", poll)
    port = free_port(0)
    places = [_new_database(cluster), str(folder / "box"), str(folder / "board"), str(port), OFFICE_KEY]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.box_process", *places, cwd=ROOT)
    office = HttpBoxOffice(f"http://127.0.0.1:{port}", OFFICE_KEY)
    try:
        for _ in range(300):
            try:
                await office.announce(poll.poll.data, poll.files)
                break
            except PartyUnreachable:
                await asyncio.sleep(0.05)
        await office.begin_casting(poll.poll.hash.hex(), poll.statements)
        yield port
    finally:
        await office.disconnect()
        process.terminate()
        await process.wait()


async def _phone(port: int, head: bytes, envelopes: Sequence[bytes], latencies: list[float]) -> None:
    for data in envelopes:
        begun = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(data) + data)
        answer = await reader.read()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode(errors="replace"))
        latencies.append((perf_counter() - begun) * 1000)


async def _raw(address: str, rows: Sequence[tuple[bytes, bytes]], at_once: int) -> float:
    connections: list[psycopg.AsyncConnection[Any]] = [
        await psycopg.AsyncConnection.connect(address, autocommit=True) for _ in range(at_once)
    ]
    await connections[0].execute("CREATE TABLE raw (token bytea PRIMARY KEY, data bytea STORAGE EXTERNAL NOT NULL)")
    waiting = iter(rows)

    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        for row in waiting:
            await connection.execute("INSERT INTO raw VALUES (%b, %b)", row)

    try:
        return await rate(len(rows), lambda: asyncio.gather(*map(work, connections)))
    finally:
        for connection in connections:
            await connection.close()


def _new_database(cluster: EmbeddedPostgres) -> str:
    name = f"box_{uuid4().hex[:8]}"
    with psycopg.connect(driver_address(cluster.superuser_url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, OWNER))))
        connection.execute("CHECKPOINT")
    with psycopg.connect(driver_address(cluster.superuser_url).replace("/jiandu?", f"/{name}?")) as connection:
        connection.execute(sql.SQL("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {}").format(sql.Identifier(OWNER)))
    return driver_address(cluster.url).replace("/jiandu?", f"/{name}?")


def _give_keys(folder: Path, poll: SealedPoll) -> None:
    """Let the box have the keys that the manifest names, as if it had made them."""
    facts = poll.poll.manifest
    keys = folder / "keys" / sha256(canonical(list(PollKey(facts.town, facts.poll)))).hex()
    keys.mkdir(parents=True)
    write_private(keys / "receipt.key", f"{poll.dealt.receipts.private_bytes_raw().hex()}\n".encode())
    write_private(keys / "log.key", f"{poll.dealt.log.secret()}\n".encode())


def _flat(phones: Sequence[Sequence[bytes]]) -> list[bytes]:
    return [data for phone in phones for data in phone]


ROW = Row("cast", TITLE, measure)
