"""The house table: which room may import which, held by import-linter's contracts in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINT = [
    sys.executable,
    "-c",
    "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
]

PACKAGES = {
    "activities", "ballotbox", "commands", "documents", "domain", "eventstore", "migrations", "notices", "projections",
    "rehearsal", "runtime", "transparency", "web", "workflows",
}  # fmt: skip
ROOMS = PACKAGES | {"cli", "worker"}

# Row by row from docs/architecture.md; web names the acts, which are the domain's types.
MAY_IMPORT = {
    "domain": set(),
    "runtime": set(),
    "transparency": set(),
    "workflows": {"domain", "activities"},
    "activities": {"domain", "eventstore", "ballotbox", "documents", "transparency"},
    "eventstore": {"domain", "transparency"},
    "projections": {"domain", "eventstore"},
    "ballotbox": {"domain", "transparency"},
    "documents": {"domain", "projections"},
    "notices": {"domain", "eventstore", "projections"},
    "web": {"notices", "projections", "workflows", "ballotbox", "eventstore", "documents", "domain"},
    "rehearsal": ROOMS - {"rehearsal", "web", "cli", "commands"},
}


def contracts() -> dict[str, set[str]]:
    """Of each room, what its contract forbids."""
    parsed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        source: set(contract["forbidden_modules"])
        for contract in parsed["tool"]["importlinter"]["contracts"]
        for source in contract["source_modules"]
    }


def test_every_row_of_the_house_table_is_a_contract() -> None:
    expected = {room: ROOMS - allowed - {room} for room, allowed in MAY_IMPORT.items()}
    assert contracts() == expected


def test_the_rooms_keep_their_contracts() -> None:
    checked = subprocess.run([*LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_broken_contract_is_found(tmp_path: Path) -> None:
    """Rooms of the same names, and one forbidden import in them: the same contracts must refuse it."""
    for room in PACKAGES:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    (tmp_path / "domain" / "rules.py").write_text("import eventstore\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    checked = subprocess.run(
        [*LINT, "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "domain imports nothing of ours BROKEN" in checked.stdout


def test_a_worker_is_made_of_all_rooms_but_web_and_rehearsal() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "worker.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert "workflows" in imported
    assert not imported & {"web", "rehearsal", "cli", "commands"}
