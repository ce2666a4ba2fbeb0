"""A backup is whole or refused; a restore is verified before it replaces anything, and loses nothing unasked."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commands.dump import libpq_url
from runtime.postgres import EmbeddedPostgres
from tests.cli.place import Place


def manifest_of(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as archive:
        member = archive.extractfile("manifest.json")
        assert member is not None
        found: dict[str, Any] = json.load(member)
        return found


@pytest.fixture
def restored(place: Place, backup_file: Path) -> Place:
    """A new data folder with the sample town's backup in it."""
    answer = place.json("restore", str(backup_file))
    assert answer["kept"] is None
    return place


def test_a_restored_log_is_the_one_that_was_backed_up(restored: Place, backup_file: Path) -> None:
    (town,) = manifest_of(backup_file)["towns"]
    verified = restored.json("verify")["towns"][0]
    assert (verified["town"], verified["events"], verified["digest"]) == (
        town["town"],
        town["position"],
        town["digest"],
    )


def test_recover_starts_every_open_case_where_nothing_runs(restored: Place) -> None:
    listed = {(case["kind"], case["case_id"]) for case in restored.json("cases", "--open")["cases"]}
    recovered = restored.json("recover")
    assert {(case["kind"], case["case_id"]) for case in recovered["started"]} == listed
    assert all(case["epoch"] > 0 for case in recovered["started"])
    assert not (restored.folder / "recovery.pending").exists()
    assert restored.json("verify")["ok"] is True


def test_a_log_with_events_is_replaced_only_by_force_and_kept_aside(restored: Place, backup_file: Path) -> None:
    refused = restored.json("restore", str(backup_file), code=1)
    assert refused["error"]["code"] == "not_empty"
    assert "sample 的" in refused["error"]["message"]
    forced = restored.json("restore", str(backup_file), "--force")
    assert forced["kept"].startswith("jiandu_before_")
    assert forced["streams_with_new_epoch"] > 0
    assert restored.json("verify")["ok"] is True


def test_a_damaged_backup_is_refused_and_replaces_nothing(place: Place, backup_file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar"
    data = bytearray(backup_file.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert place.json("restore", str(damaged), code=2)["error"]["code"] == "invalid"
    no_backup = tmp_path / "letter.txt"
    no_backup.write_text("no backup", encoding="utf-8")
    assert place.run("restore", str(no_backup)).returncode == 2
    assert place.run("restore", str(tmp_path / "none.tar")).returncode == 2
    assert not (place.folder / "recovery.pending").exists()


def test_verify_names_the_event_of_which_the_superuser_changed_a_byte(restored: Place) -> None:
    server = EmbeddedPostgres(restored.folder / "postgres")
    server.start()
    try:
        with psycopg.connect(libpq_url(server.superuser_url)) as connection:
            connection.execute("SET session_replication_role = replica")
            changed = connection.execute(
                "UPDATE event SET body = replace(body, '唐家会村通组道路硬化', '唐家会村通组道路绿化') "
                "WHERE type = 'proposal.submitted' AND body LIKE '%通组道路硬化%' RETURNING position, event_id"
            ).fetchone()
    finally:
        server.stop()
    assert changed is not None
    answer = restored.json("verify", code=1)
    fault = answer["towns"][0]["fault"]
    assert (fault["kind"], fault["position"], fault["event_id"]) == ("digest", changed[0], str(changed[1]))
