"""The board as it is read: from its folder where it is on this machine, else over HTTP as everybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import httpx

from ballotbox.offices import PartyUnreachable
from ballotbox.secret.publication import PUBLISHED_FILES
from ballotbox.services.client import NAMES, trust

_PATIENCE = httpx.Timeout(300.0, connect=5.0)
"""Seconds: the slices of a large poll are some 60 MB."""


class Board(Protocol):
    """The public board, to read."""

    async def files(self, manifest: str) -> Mapping[str, bytes]:
        """What it shows of a poll, by name. Raises `PartyUnreachable`."""
        ...


class FolderBoard(Board):
    """A board whose folder is on this machine."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds `polls/`."""
        self._polls = folder / "polls"

    async def files(self, manifest: str) -> Mapping[str, bytes]:
        folder = self._polls / manifest
        if not await asyncio.to_thread(folder.is_dir):
            raise PartyUnreachable(f"{NAMES['board']}的文件夹 {folder} 打不开：请核对数据文件夹和权限。")
        return await asyncio.to_thread(_read, folder)


class HttpBoard(Board):
    """A board elsewhere."""

    def __init__(self, base_url: str, certificate: Path | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._certificate = certificate

    async def files(self, manifest: str) -> Mapping[str, bytes]:
        found = {}
        async with httpx.AsyncClient(verify=trust(self._certificate), trust_env=False, timeout=_PATIENCE) as client:
            for name in PUBLISHED_FILES:
                try:
                    answer = await client.get(f"{self._base_url}/polls/{manifest}/{name}")
                    if answer.status_code != httpx.codes.NOT_FOUND:
                        found[name] = answer.raise_for_status().content
                except httpx.HTTPError as error:
                    where = f"{NAMES['board']}（{self._base_url}）没有应答：{type(error).__name__}。"
                    raise PartyUnreachable(f"{where}请看它是否已启动（jiandu doctor）。") from error
        return found


def _read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in PUBLISHED_FILES if (folder / name).is_file()}
