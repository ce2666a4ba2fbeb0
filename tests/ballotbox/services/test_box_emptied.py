"""Destroyed ciphertexts are physically gone: from the tables' files, the WAL, and the box's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest

from ballotbox.services.box.service import BoxService
from runtime.postgres import EmbeddedPostgres
from tests.ballotbox.services.box_poll import BoxPoll
from tests.ballotbox.services.conftest import plain, small_cluster


@pytest.fixture
def own_cluster() -> Iterator[EmbeddedPostgres]:
    """As the product starts it: our account there is no superuser."""
    with small_cluster() as server:
        yield server


def found_in(folder: Path, needles: list[bytes]) -> set[str]:
    """Names of the folders in which a file holds one of the needles."""
    return {
        path.parent.name
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    }


@pytest.mark.parametrize("how", ["destroy", "discard", "void"])
async def test_nothing_of_a_ciphertext_is_left(
    own_cluster: EmbeddedPostgres, tmp_path: Path, how: Literal["destroy", "discard", "void"]
) -> None:
    poll = BoxPoll(f"2026-{how}", 6)
    poll.give_keys_to(tmp_path / "box")
    async with BoxService.open(own_cluster.url, tmp_path / "box", tmp_path / "board") as service:
        await poll.begin(service)
        for data in poll.envelopes:
            await service.cast(poll.manifest, data)
        with psycopg.connect(plain(own_cluster.superuser_url), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            rows = connection.execute("SELECT sealed FROM envelope").fetchall()
        # Two pieces of each: a block of WAL may end in the midst of one.
        pieces = [sealed[at : at + 40] for (sealed,) in rows for at in (100, 500)]
        keys = list((tmp_path / "box").glob("keys/*/ciphertexts.key"))
        secrets = [path.read_bytes().strip() for path in keys]
        assert "pg_wal" in found_in(own_cluster.folder, pieces), "the search can find"
        assert len(secrets) == 1
        if how == "discard":
            await service.discard(poll.manifest)
        else:
            await service.close(poll.manifest)
            await service.publish(poll.manifest, {"close.note": b"x"}, "void" if how == "void" else "published")
        if how == "destroy":
            assert "pg_wal" in found_in(own_cluster.folder, pieces)
            await service.destroy(poll.manifest)
        assert found_in(own_cluster.folder, pieces) == set()
        assert found_in(tmp_path, [*pieces, *secrets]) == set()
