"""QR codes for papers."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """A QR code as the text of an SVG, with its quiet zone."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
