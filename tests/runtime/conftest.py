"""The embedded servers, each in a folder of its own with a short path (Unix sockets) and on free ports."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.engine_build import ensure
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import EmbeddedTemporal


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="jiandu-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def engine() -> Path:
    return ensure()


@pytest.fixture
def temporal(engine: Path, folder: Path) -> Iterator[EmbeddedTemporal]:
    server = EmbeddedTemporal(engine, folder / "temporal", port=0)
    yield server
    server.stop()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """No JIANDU_ variable but the data folder's, which is returned."""
    for variable in [name for name in os.environ if name.startswith("JIANDU_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("JIANDU_DATA_DIR", str(folder))
    return folder
