"""`jiandu ballot serve` with a certificate of the hall's own: all parts, steered and asked over HTTPS, then stopped."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ballotbox.polls import PollKey
from ballotbox.services.client import HttpIssuerOffice, trust
from commands.ballot.checkup import ballot_looks
from runtime.ballot_parts import PARTS, office_key, office_url, port_of
from runtime.ports import free_port
from runtime.settings import Settings
from tests.cli.place import ROOT, Place, eventually
from web.findings import State


@contextmanager
def serving(environment: dict[str, str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    with output.open("wb") as out:
        command = [sys.executable, "-m", "cli", "ballot", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def by_the_recipe(folder: Path) -> tuple[Path, Path]:
    """A certificate as docs/operations-ballot.md has it made, for this machine, and its key."""
    text = (ROOT / "docs" / "operations-ballot.md").read_text("utf-8")
    (commands,) = re.findall(r"```\n(openssl req.*?)```", text, re.DOTALL)
    subprocess.run(["sh", "-euc", commands.replace("10.1.2.3", "127.0.0.1")], cwd=folder, check=True)
    return folder / "hall.pem", folder / "hall.key"


@pytest.fixture
def settings(place: Place, tmp_path: Path) -> Settings:
    file, key = by_the_recipe(tmp_path)
    ports = {f"ballot_{part}_port": free_port(0) for part in PARTS}
    return Settings.model_validate(
        {"data_dir": place.folder, "ballot_certificate": file, "ballot_certificate_key": key, **ports}
    )


def environment_of(settings: Settings) -> dict[str, str]:
    ports = {f"JIANDU_BALLOT_{part.upper()}_PORT": str(port_of(settings, part)) for part in PARTS}
    return {
        "JIANDU_DATA_DIR": str(settings.data_dir),
        "JIANDU_BALLOT_CERTIFICATE": str(settings.ballot_certificate),
        "JIANDU_BALLOT_CERTIFICATE_KEY": str(settings.ballot_certificate_key),
        **ports,
    }


async def test_all_parts_over_https(settings: Settings, tmp_path: Path) -> None:
    output = tmp_path / "serve.txt"
    with serving(environment_of(settings), output) as process:
        eventually(lambda: "公告栏 https://" in output.read_text("utf-8") or process.poll() is not None, "it serves")
        assert process.poll() is None, output.read_text("utf-8")
        for key, _, _, look in ballot_looks(settings):
            assert (await look())[0] is State.OK, key
        office = HttpIssuerOffice(
            office_url(settings, "a"), office_key(settings, "a"), "a", certificate=settings.ballot_certificate
        )
        keys = await office.prepare(PollKey("sample", "2026-t1"), ["s1/*"], ["s1"])
        assert (list(keys.slices), list(keys.tokens)) == (["s1/*"], ["s1"])
        await office.close()
        _no_session_is_resumed(settings)
        with pytest.raises(httpx.ConnectError):
            async with httpx.AsyncClient(trust_env=False) as stranger:
                await stranger.get(f"{office_url(settings, 'a')}/healthz")
        process.terminate()
        assert process.wait(timeout=40) == 0, output.read_text("utf-8")
    for part in ("a", "b", "box"):
        folder = settings.ballot_folder(part)
        assert (folder / "office.key").stat().st_mode & 0o077 == 0
        assert not (folder / "postgres" / "postmaster.pid").exists(), "what it started, it stopped"


def _no_session_is_resumed(settings: Settings) -> None:
    """Nothing that a phone could show again, and be known by, is given to it."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trust(settings.ballot_certificate)
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", port_of(settings, "box"))) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
        ):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: box\r\nconnection: close\r\n\r\n")
            while connection.recv(4096):
                pass
            assert connection.session is None or not connection.session.has_ticket
