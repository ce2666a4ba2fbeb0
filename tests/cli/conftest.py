"""One started product for all tests that only use it; those that break it start their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.place import Place, Up


@pytest.fixture
def place() -> Iterator[Place]:
    """An empty data folder with a short path (Unix sockets)."""
    with tempfile.TemporaryDirectory(prefix="jd-", ignore_cleanup_errors=True) as folder:
        yield Place(Path(folder) / "data")


@pytest.fixture(scope="session")
def demo() -> Iterator[Up]:
    """The product with the sample town, running."""
    with tempfile.TemporaryDirectory(prefix="jd-", ignore_cleanup_errors=True) as folder:
        running = Place(Path(folder) / "data").up("--demo")
        try:
            yield running
        finally:
            running.end()


@pytest.fixture(scope="session")
def backup_file(demo: Up) -> Path:
    """A backup of the sample town."""
    file = demo.place.folder.with_name("backup.tar")
    done = demo.place.run("backup", str(file))
    assert done.returncode == 0, done.stderr
    return file
