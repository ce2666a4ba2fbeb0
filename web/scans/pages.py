"""A scan, for those who may see the line of the case that it belongs to."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from projections.case_fold import case_of
from web.accounts.concern import Concern, read_concern
from web.reading import read_case, read_events
from web.scans.model import SUFFIXES
from web.scans.store import ScanStore, Use
from web.site import Site

_DIGEST = re.compile(r"[0-9a-f]{64}")
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def scan_pages(site: Site, scans: ScanStore) -> APIRouter:
    """The route."""
    router = APIRouter()

    async def is_theirs(concern: Concern, use: Use) -> bool:
        if concern.roles is None or use.uploaded_by == concern.person:
            return True
        found = case_of(use.stream)
        row = None if found is None else await read_case(site.engine, site.town, *found)
        if found is None or row is None or not concern.may_see(row):
            return False
        events = concern.readable(row, await read_events(site.engine, site.town, *found))
        return any(event.metadata.command_id == use.command_id for event in events)

    @router.get("/scans/{digest}")
    async def scan(request: Request, digest: str) -> Response:
        concern = await read_concern(site, request.state.session)
        uses = await scans.uses(digest) if _DIGEST.fullmatch(digest) else []
        theirs = [use for use in uses if await is_theirs(concern, use)]
        found = await scans.read(digest) if theirs else None
        if found is None:
            raise HTTPException(404, "没有这份扫描件。")
        name = f"scan-{digest[:12]}{SUFFIXES[found.media_type]}"
        headers = {
            "content-disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(theirs[0].name)}",
            "content-security-policy": _POLICY,
        }
        return Response(found.content, media_type=found.media_type, headers=headers)

    return router
