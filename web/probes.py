"""What machines ask: `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (how it goes)."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from web.findings import State, worst
from web.metrics import Metrics
from web.site import Site


def probes(site: Site, metrics: Metrics) -> APIRouter:
    """The routes of the probes."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        findings = await site.ready()
        ok = worst(findings) is not State.ERROR
        body = {"ok": ok, "checks": [finding.model_dump(mode="json") for finding in findings]}
        return JSONResponse(body, status_code=200 if ok else 503)

    @router.get("/metrics")
    async def numbers() -> Response:
        return Response(await metrics.exposition(site), media_type=CONTENT_TYPE_LATEST)

    return router
