"""What a scan is, and when a file is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from domain.acts import Refusal

LARGEST = 10 * 1024 * 1024
"""Bytes of a scan at most."""
_BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
_PREFIX = "sha256:"


@dataclass(frozen=True)
class Scan:
    """A scan's content with its kind, which is told from the content and not from its name."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal: the scan's name."""
        return hashlib.sha256(self.content).hexdigest()


def scan_of(content: bytes) -> Scan:
    """A file as a scan. Raises `Refusal` `too_large`, `no_scan`."""
    if len(content) > LARGEST:
        raise Refusal("too_large", f"文件超过 {LARGEST // 1024 // 1024} MB，请扫描成黑白或降低清晰度后再传。")
    media_type = next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
    if media_type is None:
        raise Refusal("no_scan", "不是 PDF、JPG 或 PNG 文件（看内容，不看扩展名）；请重新扫描或另存后再传。")
    return Scan(content, media_type)


def paper_of(digest: str, reference: str = "") -> str:
    """How an act refers to its scan, beside the paper's number where there is one."""
    return f"{reference} {_PREFIX}{digest}".strip()


def is_scan(paper: str) -> bool:
    """Whether an act's paper is a scan and nothing else."""
    return paper.startswith(_PREFIX)
