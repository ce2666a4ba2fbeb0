"""The engine's program is found in the order that architecture.md names, and built once where it is nowhere.

The compiler here is a small script in the place of Go: tested is our side of the bargain, not minutes of compiling.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from runtime.engine_build import EngineError, cached_path, ensure, find, main

GOOD = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"
OLD = "temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)"
GO = """#!/bin/sh
# Go's place: lists three packages, "compiles" them, writes the program that it was asked for.
echo "$@" >> "$GO_CALLS"
case "$1" in
    version) echo "go version go${GO_VERSION:-1.26.8} linux/amd64" ;;
    list) printf 'a\\nb\\nc\\n' ;;
    build)
        printf 'a\\nb\\nc\\n' >&2
        [ -z "$GO_FAILS" ] || { echo "c: undefined: Nothing" >&2; exit 1; }
        while [ "$1" != "-o" ]; do shift; done
        sleep 0.3
        printf '#!/bin/sh\\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\\n' > "$2"
        chmod +x "$2" ;;
esac
"""


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


def temporal(path: Path, version: str) -> Path:
    return program(path, f'#!/bin/sh\necho "{version}"\n')


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it: an empty PATH folder `bin`, an empty cache, and no way out to the internet."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("GO_CALLS", str(tmp_path / "go-calls"))
    for variable in ("JIANDU_TEMPORAL_BINARY", "JIANDU_TEMPORAL_ADDRESS", "GO_FAILS", "GO_VERSION"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def test_nothing_is_found_on_an_empty_machine(machine: Path) -> None:
    assert find() is None


def test_the_named_one_goes_first_then_the_path_then_the_cache(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = temporal(cached_path(), GOOD)
    assert find() == cached
    on_path = temporal(machine / "bin" / "temporal", GOOD)
    assert find() == on_path
    named = temporal(machine / "named", GOOD)
    assert find(named) == named
    monkeypatch.setenv("JIANDU_TEMPORAL_BINARY", str(named))
    assert find() == named


def test_one_on_the_path_that_is_too_old_is_passed_over(machine: Path) -> None:
    temporal(machine / "bin" / "temporal", OLD)
    cached = temporal(cached_path(), GOOD)
    assert find() == cached


@pytest.mark.parametrize("script", [f'#!/bin/sh\necho "{OLD}"\n', "#!/bin/sh\necho hello\n", "no program at all"])
def test_a_named_one_that_does_not_serve_is_refused(machine: Path, script: str) -> None:
    named = program(machine / "named", script)
    with pytest.raises(EngineError, match="JIANDU_TEMPORAL_BINARY"):
        find(named)
    with pytest.raises(EngineError, match="JIANDU_TEMPORAL_BINARY"):
        find(machine / "missing")


def test_it_is_built_once_with_its_progress_said(machine: Path) -> None:
    program(machine / "bin" / "go", GO)
    said: list[str] = []
    built = ensure(say=said.append)
    assert built == cached_path()
    assert os.access(built, os.X_OK)
    assert any("构建 Temporal 引擎" in line for line in said)
    assert said[-1].startswith("  引擎建成")
    said.clear()
    assert ensure(say=said.append) == built
    assert said == []
    assert sorted(path.name for path in built.parent.iterdir()) == [built.name, f"{built.name}.lock"]


def test_two_at_once_build_once(machine: Path) -> None:
    program(machine / "bin" / "go", GO)
    found: list[Path] = []
    builders = [threading.Thread(target=lambda: found.append(ensure(say=lambda line: None))) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert found == [cached_path()] * 3
    calls = (machine / "go-calls").read_text().splitlines()
    assert len([call for call in calls if call.startswith("build ")]) == 1


def test_a_build_that_fails_says_why_and_what_else_can_be_done(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "bin" / "go", GO)
    monkeypatch.setenv("GO_FAILS", "1")
    with pytest.raises(EngineError) as caught:
        ensure(say=lambda line: None)
    message = str(caught.value)
    assert "undefined: Nothing" in message
    assert all(way in message for way in ("PATH", "JIANDU_TEMPORAL_BINARY", "JIANDU_TEMPORAL_ADDRESS", "Go 1.26.8"))
    assert not cached_path().exists()


def test_what_an_interrupted_build_left_is_cleared(machine: Path) -> None:
    program(machine / "bin" / "go", GO)
    left = cached_path().with_name(".temporal-interrupted")
    left.mkdir(parents=True)
    (left / "temporal").write_text("half", encoding="utf-8")
    ensure(say=lambda line: None)
    assert not left.exists()


def test_with_a_cluster_in_the_settings_nothing_is_built(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANDU_TEMPORAL_ADDRESS", "temporal.example.cn:7233")
    assert main() == 0
    assert not cached_path().exists()
