"""Numbers for Prometheus. No label ever names a person or a case: kinds of case and routes only."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.cases.case import CaseKind
from projections.state import states
from web.lights import light_of
from web.reading import latest, read_cases
from web.site import Site


class Metrics:
    """The numbers of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jiandu_http_requests", "Answers by route and status", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "jiandu_http_seconds", "Seconds until an answer was complete", ["route"], registry=self.registry
        )
        self._open = Gauge("jiandu_cases_open", "Open cases", ["kind"], registry=self.registry)
        self._overdue = Gauge(
            "jiandu_cases_overdue", "Open cases past their due date", ["kind"], registry=self.registry
        )
        self._position = Gauge("jiandu_log_position", "Position of the last event", registry=self.registry)
        self._behind = Gauge(
            "jiandu_projection_behind", "Events that a read model lacks", ["projection"], registry=self.registry
        )

    async def exposition(self, site: Site) -> bytes:
        """The numbers now, in Prometheus' text format."""
        today = site.today()
        rows = await read_cases(site.engine, site.town, open_only=True)
        for kind in CaseKind:
            of_kind = [row for row in rows if row.kind is kind]
            late = [row for row in of_kind if light_of(row.due, today, open_=True).colour == "red"]
            self._open.labels(kind.value).set(len(of_kind))
            self._overdue.labels(kind.value).set(len(late))
        last = await latest(site.engine, site.town, 1)
        self._position.set(last[0].position if last else 0)
        for state in await states(site.engine, site.town):
            self._behind.labels(state.name).set(state.behind)
        return generate_latest(self.registry)


class Measured:
    """ASGI middleware that counts and times answers by their route's pattern."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(Request(scope).scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)
