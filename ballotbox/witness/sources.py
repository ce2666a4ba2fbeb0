"""Where a witness reads: the board over HTTP, or a folder; the same for another witness's kept files."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Protocol

import httpx

_SECONDS = 20.0
_NOT_FOUND = 404


class SourceUnreachable(Exception):
    """A source does not answer, or answers with an error. The message says which, in Chinese."""


class Source(Protocol):
    """Files by their relative names."""

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is no such file. Raises `SourceUnreachable`."""
        ...


class FolderSource:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceUnreachable(f"读不了 {self._folder / name}：{error.strerror}") from error


class UrlSource:
    """A web address under which the files stand. Every read is a connection of its own, without cookies."""

    def __init__(self, address: str, tls: ssl.SSLContext | None = None) -> None:
        self._address = address.rstrip("/")
        self._tls = tls

    def __str__(self) -> str:
        return self._address

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        url = f"{self._address}/{name}"
        try:
            answer = httpx.get(url, timeout=_SECONDS, verify=self._tls or True, trust_env=False)
        except httpx.HTTPError as error:
            raise SourceUnreachable(f"{url} 没有应答：{error}") from error
        if answer.status_code == _NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise SourceUnreachable(f"{url} 应答 {answer.status_code}")
        return answer.content


def source_of(where: str, tls: ssl.SSLContext | None = None) -> Source:
    """A folder, or an address that begins with http."""
    return UrlSource(where, tls) if where.startswith(("http://", "https://")) else FolderSource(Path(where))


def post_note(box: str, manifest: str, note: str, tls: ssl.SSLContext | None = None) -> None:
    """Hand a co-signed checkpoint to the box. Raises `SourceUnreachable`."""
    url = f"{box.rstrip('/')}/witness/{manifest}"
    try:
        answer = httpx.post(url, content=note.encode(), timeout=_SECONDS, verify=tls or True, trust_env=False)
    except httpx.HTTPError as error:
        raise SourceUnreachable(f"{url} 没有应答：{error}") from error
    if answer.status_code != httpx.codes.OK:
        raise SourceUnreachable(f"{url} 没有收下见证签名：{answer.status_code} {answer.text[:200]}")
