"""A long log of one town, filled once a run, for the rows that read it all."""

from __future__ import annotations

from collections.abc import Callable

from bench.servers import Servers
from bench.workload import interleaved_acts
from eventstore.store import EventStore


class FullLog:
    """The log of `events` events, 200 cases side by side."""

    def __init__(self, servers: Servers, events: int, say: Callable[[str], None]) -> None:
        self.events = events
        self._servers = servers
        self._say = say
        self._url: str | None = None

    async def url(self) -> str:
        """Address of its database, filled when first asked for. No projection was fed: its read models are empty."""
        if self._url is None:
            self._url = self._servers.new_database()
            await self._fill(self._url)
        return self._url

    async def _fill(self, url: str) -> None:
        done, said = 0, 0
        async with EventStore.open(url) as store:
            for requests in interleaved_acts(self.events):
                await store.append_many(requests)
                done += len(requests)
                if done - said >= self.events // 5:
                    self._say(f"写入长日志 {done:,}/{self.events:,}")
                    said = done
