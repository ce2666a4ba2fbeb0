"""The page that is served is what the sources give; the browser's modules pass their own tests."""

from __future__ import annotations

import hashlib
import json
import re

from ballotbox.page import page_bytes, page_hash
from tests.ballotbox.page.node import PAGE, node, packages, run


def test_the_hash_is_that_of_the_page() -> None:
    assert page_hash() == hashlib.sha256(page_bytes()).hexdigest()


def test_the_page_is_one_file_that_loads_nothing() -> None:
    page = page_bytes().decode()
    assert page.count("<script>") == 1
    assert page.count("<style>") == 1
    assert (
        re.findall(r"<(?:link|img|iframe|script|source|object|embed)\b[^>]*\b(?:src|href|data)=\"(?!data:)", page) == []
    )
    assert re.findall(r"@import|url\((?!['\"]?data:)", page.split("<style>")[1].split("</style>")[0]) == []


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((PAGE / "package-lock.json").read_text("utf-8"))
    named = [name for name, package in lock["packages"].items() if "resolved" in package]
    assert named == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_versions_are_exact() -> None:
    package = json.loads((PAGE / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [v for v in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def test_licences_of_all_that_is_bundled() -> None:
    licences = json.loads((PAGE / "bundle" / "licences.json").read_text("utf-8"))
    names = {each["package"] for each in licences}
    assert {"@noble/curves", "@noble/hashes", "@hpke/core"} <= names
    assert all(each["licence"] in {"MIT", "Apache-2.0", "ISC", "BSD-3-Clause"} and each["text"] for each in licences)


def test_the_bundle_is_what_the_sources_give() -> None:
    program = node()
    packages()
    done = run(program, "tools/build.mjs", "--check")
    assert done.returncode == 0, done.stderr


def test_types() -> None:
    node()
    packages()
    done = run(str(PAGE / "node_modules" / ".bin" / "tsc"), "--noEmit")
    assert done.returncode == 0, done.stdout


def test_the_modules_own_tests() -> None:
    """RFC 9474, RFC 9180, RFC 6962, signed notes, and 200 exchanges each way with another implementation."""
    program = node()
    packages()
    done = run(program, "tools/test.mjs")
    assert done.returncode == 0, done.stdout[-6000:]
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 35
