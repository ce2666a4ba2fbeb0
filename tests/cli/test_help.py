"""Every subcommand says in Chinese and English what it does, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli import app
from commands.rehearse import rehearse


def subcommands() -> list[list[str]]:
    """The words of every subcommand."""
    found: list[list[str]] = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [[name]] if inner is None else [[name], *([name, each] for each in inner)]
    return found


ASKED_FOR = {
    "up", "worker", "web", "migrate", "rehearse", "verify", "rebuild", "recover", "backup", "restore", "doctor",
    "checkpoint", "import", "template", "policy", "cycle", "cases", "act", "ballot", "account", "papers",
}  # fmt: skip


def test_every_subcommand_is_there() -> None:
    assert {words[0] for words in subcommands()} == ASKED_FOR


@pytest.mark.parametrize("words", subcommands(), ids=" ".join)
def test_help_is_in_two_languages_with_exit_codes(words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0
    text = shown.output
    assert re.search(r"[\u4e00-\u9fff]{2}", text), "Chinese"
    assert re.search(r" · [A-Za-z]", text), "English"
    assert "0 成功" in text
    assert "1 失败" in text
    assert "2 输入无效" in text


def test_a_scenario_with_faults_is_listed_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("scenario: x\ntown: y\n", encoding="utf-8")
    assert rehearse(scenario, None) == 2
    said = capsys.readouterr().err
    assert "第 2 行 town" in said
    assert "deputies" in said


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["act", "appraisal"],
        ["cycle", "start", "next"],
        ["import", "villages", "x.xlsx"],
        ["verify", "--no"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_understood_is_invalid_input(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2
