"""A file to keep, with its name in Chinese."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from documents.papers.paper import FORMATS


def download(data: bytes, name: str, plain: str, form: str) -> Response:
    """A file to keep, with its name in Chinese (RFC 6266) and a plain one for old programs."""
    disposition = f"attachment; filename=\"{plain}.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}"
    return Response(data, media_type=FORMATS[form][1], headers={"content-disposition": disposition})
