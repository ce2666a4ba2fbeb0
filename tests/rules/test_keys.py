"""A rule is found by its name: every key of the policy is named where its rule is built."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import domain
from domain.policy.document import Policy

DOMAIN = Path(domain.__file__).parent
SECTIONS = ("appraisal", "rectification", "assessment", "veto", "proposal")
KEYS = [f"{section}.{key}" for section in SECTIONS for key in Policy().document()[section]]
STRUCTURE = {"appraisal.grades", "appraisal.dimensions"}
"""Keys that are lists of words; they are described where they are declared and used by every rule."""


def docstrings(folder: Path) -> str:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.py"))]
    return "\n".join(
        ast.get_docstring(node) or ""
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    )


RULES = docstrings(DOMAIN / "rules")


@pytest.mark.parametrize("key", sorted(set(KEYS) - STRUCTURE))
def test_a_key_is_named_by_the_function_that_follows_it(key: str) -> None:
    assert f"`{key}`" in RULES
