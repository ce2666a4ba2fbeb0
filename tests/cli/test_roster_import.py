"""The roster by Excel, as the staff of a new town do it, with no engine running."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.cli.place import ROOT, Place


def test_a_new_town_previews_confirms_and_repeats_nothing(place: Place, tmp_path: Path) -> None:
    assert place.run("migrate").returncode == 0
    roster = str(ROOT / "examples" / "roster.xlsx")
    preview = place.json("import", "deputies", roster)
    assert (preview["confirmed"], preview["events"], len(preview["changes"])) == (False, 0, 60)
    first = place.json("import", "deputies", roster, "--confirm", "--command-id", "d1")
    assert first["events"] == 60
    again = place.json("import", "deputies", roster, "--confirm")
    assert (again["events"], again["changes"], again["unchanged"]) == (0, [], 60)
    assert place.json("import", "subjects", roster, "--confirm")["events"] > 40

    book = openpyxl.load_workbook(roster)
    book["代表"]["B3"] = None
    broken, marked = tmp_path / "broken.xlsx", tmp_path / "marked.xlsx"
    book.save(broken)
    answer = place.json("import", "deputies", str(broken), "--confirm", "--mark", str(marked), code=2)
    assert any(fault["path"].startswith("代表!") for fault in answer["error"]["faults"])
    assert "错误清单" in openpyxl.load_workbook(marked).sheetnames
    assert place.json("verify")["towns"][0]["ok"] is True


def test_a_template_is_written_and_never_written_over(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    assert place.run("template", "deputies", str(file)).returncode == 0
    assert {"代表", "测评对象"} <= set(openpyxl.load_workbook(file).sheetnames)
    file.write_bytes(b"filled in")
    assert place.run("template", "deputies", str(file)).returncode == 2
    assert file.read_bytes() == b"filled in"
    assert place.run("template", "deputies", str(tmp_path / "roster.doc")).returncode == 2
