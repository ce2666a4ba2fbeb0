"""The production composition: valid, in order, healthy or done, and without a secret in it."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from sqlalchemy.engine import make_url
from typer.main import get_command

import cli
from ballotbox.services.cluster import open_cluster
from ballotbox.services.issuer.schema import schema_of
from runtime.ballot_parts import PARTS, Part, cluster_url, embedded_clusters, office_key, office_url, port_of
from runtime.postgres import BINARIES, SMALL_CLUSTER, EmbeddedPostgres
from runtime.settings import Settings
from runtime.temporal import UPDATES_WITHOUT_LIMIT

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|API_KEY|OFFICE_KEY")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:?[-?+])?(?P<rest>[^}]*)\}")
REQUIRED = {
    "POSTGRES_PASSWORD": "p1",
    "TEMPORAL_DB_PASSWORD": "p2",
    "JIANDU_DB_PASSWORD": "p3",
    "JIANDU_TOWN": "qingshan",
    **{
        f"BALLOT_{part}_{kind}": f"{part}{kind}"
        for part in ("A", "B", "BOX")
        for kind in ("POSTGRES_PASSWORD", "DB_PASSWORD")
    },
    **{f"JIANDU_BALLOT_{part}_OFFICE_KEY": f"{part:_<32}" for part in ("A", "B", "BOX")},
}
CLUSTERS = {"postgres-a": "ballot-a", "postgres-b": "ballot-b", "postgres-box": "ballot-box"}
"""The clusters of the ballot, each with the only service that may reach it."""


def services() -> dict[str, dict[str, Any]]:
    parsed: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return parsed


def interpolated(text: str) -> str:
    """As compose does it with the required variables set and the others left out."""

    def value(match: re.Match[str]) -> str:
        return REQUIRED.get(match["name"]) or (match["rest"] if match["rule"] in {":-", "-"} else "")

    return VARIABLE.sub(value, text)


def one_shot(service: dict[str, Any]) -> bool:
    return str(service["restart"]).partition(":")[0] in {"no", "on-failure"}


def ancestors(name: str) -> set[str]:
    direct = set(services()[name].get("depends_on", {}))
    return direct.union(*(ancestors(other) for other in direct))


def test_it_is_valid_by_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_wrong_composition_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(FILE.read_text(encoding="utf-8").replace("healthcheck:", "health_check:"), encoding="utf-8")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", sorted(services()))
def test_each_service_is_watched_or_ends(name: str) -> None:
    service = services()[name]
    assert one_shot(service) != ("healthcheck" in service)
    assert one_shot(service) or service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(services()))
def test_others_wait_until_it_is_healthy_or_done(name: str) -> None:
    for waited, how in services()[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if one_shot(services()[waited]) else "service_healthy"
        assert how["condition"] == expected, f"{name} → {waited}"


def test_web_and_worker_come_last() -> None:
    before = {"postgres", "temporal-schema", "temporal", "temporal-namespace", "migrate"}
    assert before <= ancestors("web")
    assert before <= ancestors("worker")


def test_no_secret_stands_in_the_file_or_has_a_default() -> None:
    text = FILE.read_text(encoding="utf-8")
    for match in VARIABLE.finditer(text):
        if SECRET.search(match["name"]):
            assert match["rule"] == ":?", match[0]
            assert ".env" in match["rest"], "the message must say where to set it"
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key):
                assert VARIABLE.fullmatch(str(value)), f"{name}: {key}"
    assert not re.search(r"://\w+:[^$]", text), "a password inside an address"


def test_the_example_names_every_required_variable_and_gives_no_value() -> None:
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    required = {match["name"] for match in VARIABLE.finditer(FILE.read_text(encoding="utf-8")) if match["rule"] == ":?"}
    assert required == set(REQUIRED)
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == required
    assert set(re.findall(r"^(\w+)=.", example, re.MULTILINE)) == set()


def test_nothing_is_open_to_the_network_by_itself() -> None:
    published = {
        name: [interpolated(port) for port in service.get("ports", [])] for name, service in services().items()
    }
    assert {name: ports for name, ports in published.items() if ports} == {
        "temporal": ["127.0.0.1:7233:7233"],
        "temporal-ui": ["127.0.0.1:8233:8080"],
        "web": ["127.0.0.1:8080:8080", "127.0.0.1:8095:8095"],
        "ballot-a": ["127.0.0.1:8091:8091"],
        "ballot-b": ["127.0.0.1:8092:8092"],
        "ballot-box": ["127.0.0.1:8093:8093"],
        "ballot-board": ["127.0.0.1:8094:8094"],
    }


def test_data_live_in_named_volumes() -> None:
    declared = set(yaml.safe_load(FILE.read_text(encoding="utf-8"))["volumes"])
    parts = {f"ballot-{part}-{what}" for part in ("a", "b", "box") for what in ("keys", "database")}
    assert declared == {"postgres-data", "jiandu-data", "ballot-board"} | parts
    # The image of PostgreSQL 18 refuses to keep its data in the folder of the earlier ones.
    assert "postgres-data:/var/lib/postgresql" in services()["postgres"]["volumes"]
    for name in ("migrate", "web", "worker"):
        assert "jiandu-data:/data" in services()[name]["volumes"], "keys must be the same in all"


def test_the_settings_it_passes_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("web", "worker", "migrate"):
        with monkeypatch.context() as patched:
            settings = settings_of(name, patched)
        assert not settings.embedded_postgres
        assert not settings.embedded_temporal
        assert settings.town == "qingshan"
        assert not settings.ballot_parts


def settings_of(name: str, patched: pytest.MonkeyPatch) -> Settings:
    """The settings of a service, as its process reads them."""
    for key, value in services()[name]["environment"].items():
        assert key.removeprefix("JIANDU_").lower() in Settings.model_fields, key
        patched.setenv(key, interpolated(str(value)))
    return Settings()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_ballot_runs_alone_and_is_where_the_organiser_looks(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        settings = settings_of(f"ballot-{part}", patched)
    assert settings.ballot_parts == {part}
    assert embedded_clusters(settings) == {}
    if part == "board":
        return
    with monkeypatch.context() as patched:
        organiser = settings_of("worker", patched)
    assert f"@postgres-{part}:5432/" in cluster_url(settings, part)
    assert office_url(organiser, part) == f"http://ballot-{part}:{port_of(settings, part)}"
    assert office_key(organiser, part) == office_key(settings, part)


def test_a_cluster_of_the_ballot_is_reached_by_its_part_alone() -> None:
    networks = {name: set(service["networks"]) for name, service in services().items()}
    internal = yaml.safe_load(FILE.read_text(encoding="utf-8"))["networks"]
    for cluster, part in CLUSTERS.items():
        sharing = {name for name, joined in networks.items() if joined & networks[cluster]}
        assert sharing == {cluster, part}
        assert all(internal[network]["internal"] for network in networks[cluster])
        assert not services()[cluster].get("ports")


def test_secrets_and_keys_of_the_parts_are_their_own() -> None:
    volumes = {name: {v.partition(":")[0] for v in s.get("volumes", [])} for name, s in services().items()}
    for name, used in volumes.items():
        for other, others in volumes.items():
            shared = {volume for volume in used & others if volume.startswith("ballot-")}
            assert other == name or shared <= {"ballot-board"}, f"{name} and {other}"
    assert "ballot-board:/data/ballot/board:ro" in services()["ballot-board"]["volumes"]
    text = FILE.read_text(encoding="utf-8")
    for cluster, part in CLUSTERS.items():
        password = f"BALLOT_{cluster.removeprefix('postgres-').upper()}_DB_PASSWORD"
        holders = {name for name, service in services().items() if password in str(service)}
        assert holders == {cluster, part}
        assert password in text


def test_the_ballots_clusters_are_set_as_the_embedded_ones() -> None:
    for cluster in CLUSTERS:
        given = dict(each.removeprefix("-c").split("=") for each in services()[cluster]["command"][1:])
        assert {key: SMALL_CLUSTER[key] for key in given} == given
        assert {"wal_recycle", "synchronous_commit", "autovacuum"} <= given.keys()


def test_the_commands_it_runs_exist() -> None:
    known = set(get_command(cli.app).list_commands(None))  # type: ignore[attr-defined]  # a click group
    run = {service["command"][1] for service in services().values() if service.get("command", [""])[0] == "jiandu"}
    checks = services()["worker"]["healthcheck"]["test"]
    assert run == {"migrate", "web", "worker", "ballot"}
    assert run | {checks[2]} <= known


def test_the_engine_is_the_one_that_the_tests_run() -> None:
    pinned = re.search(r"go\.temporal\.io/server v(\S+)", (ROOT / "runtime/engine/go.mod").read_text(encoding="utf-8"))
    assert pinned is not None
    images = {name: str(service.get("image", "")) for name, service in services().items()}
    assert images["temporal"] == f"temporalio/server:{pinned[1]}"
    assert images["temporal-schema"] == images["temporal-namespace"] == f"temporalio/admin-tools:{pinned[1]}"
    assert {images[name] for name in ("postgres", *CLUSTERS)} == {"postgres:18"}


def test_the_server_has_no_limit_of_updates_either() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "temporal" / "dynamic-config.yaml").read_text(encoding="utf-8"))
    key, _, value = UPDATES_WITHOUT_LIMIT.partition("=")
    assert config[key] == [{"value": int(value)}]
    assert services()["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"] == "/deploy/dynamic-config.yaml"


def test_mounted_files_exist() -> None:
    for service in services().values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.partition(":")[0]).is_dir(), volume


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_sound_and_stops_at_its_first_error(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    assert "\nset -eu\n" in script.read_text(encoding="utf-8")


def test_a_parts_cluster_is_made_as_the_part_needs_it() -> None:
    """The script of the image's first start, on a real cluster: the part opens it, and can make deleted rows go."""
    script = ROOT / "deploy" / "ballot" / "10-part.sh"
    with tempfile.TemporaryDirectory(prefix="jiandu-cp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", name="postgres-test", small=True)
        server.start()
        try:
            url = make_url(server.superuser_url).set(drivername="postgresql")
            with psycopg.connect(url.set(database="template1").render_as_string(), autocommit=True) as connection:
                connection.execute("drop database jiandu")
                connection.execute("drop role jiandu")
            environment = {
                "PATH": f"{BINARIES}:/usr/bin:/bin",
                "PGHOST": str(url.query["host"]),
                "PART_DB_PASSWORD": "p",
            }
            done = subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

            async def forget() -> None:
                async with open_cluster(server.url, schema_of("a")) as cluster:
                    await cluster.forget("voter", "poll")

            asyncio.run(forget())
        finally:
            server.stop()
