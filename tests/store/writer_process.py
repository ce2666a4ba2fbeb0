"""A process that appends without rest and prints each acknowledged command id; the crash test kills its database.

Arguments: database address, name. Ends with the first append that is not acknowledged.
"""

from __future__ import annotations

import asyncio
import sys

from eventstore.contract import StoreUnavailable, Verdict
from eventstore.store import EventStore
from tests.store.examples import request

PRODUCERS = 8


async def produce(store: EventStore, name: str, producer: int) -> None:
    for n in range(1_000_000):
        command_id = f"{name}-{producer}-{n}"
        try:
            result = await store.append(request(f"{name}-{producer}", n - 1, command_id=command_id))
        except StoreUnavailable:
            return
        if result.verdict is not Verdict.APPENDED:
            raise RuntimeError(f"{command_id}: {result.verdict}")
        print(command_id, flush=True)  # noqa: T201 - the acknowledgement


async def main(url: str, name: str) -> None:
    store = EventStore.open(url)
    await asyncio.gather(*(produce(store, name, producer) for producer in range(PRODUCERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
