"""The subcommands on the running sample town: exit codes and the shape of their JSON."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from tests.cli.place import Up


def test_cases_lists_what_the_demo_began(demo: Up) -> None:
    cases = {f"{case['kind']}-{case['case_id']}": case for case in demo.place.json("cases")["cases"]}
    year = next(case["year"] for case in cases.values())
    assert cases[f"poll-{year}-P1"]["stage"] == "open"
    assert cases[f"proposal-{year}-T01"]["stage"] == "deputies"
    assert cases[f"appraisal-{year}-slz"]["stage"] == "questions"
    assert cases[f"cycle-{year}"]["open"] is True
    assert {case["light"] for case in cases.values()} <= {"green", "yellow", "red", "grey"}


def test_doctor_finds_nothing_out_of_order(demo: Up) -> None:
    answer = demo.place.json("doctor")
    assert answer["ok"] is True
    states = {check["key"]: check["state"] for check in answer["checks"]}
    for key in (
        "postgres",
        "migrations",
        "temporal",
        "namespace",
        "search_attributes",
        "worker",
        "projections",
        "chain",
    ):
        assert states[key] == "ok", answer
    assert all(check["advice"] for check in answer["checks"] if check["state"] != "ok")


def test_an_act_is_recorded_once_under_its_id(demo: Up) -> None:
    year = demo.place.json("cases")["cases"][0]["year"]
    act = (
        "act",
        "appraisal",
        f"{year}-ny_zr",
        "submit_report",
        "form=spoken",
        "--as",
        "staff:li",
        "--command-id",
        "t-1",
    )
    first = demo.place.json(*act)
    again = demo.place.json(*act)
    assert [event["event"] for event in first["events"]] == ["appraisal.report_submitted"]
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["events"] == first["events"]


def test_an_act_with_a_missing_field_lists_what_it_takes(demo: Up) -> None:
    done = demo.place.run("act", "appraisal", "2026-slz", "raise_question", "txt=…")
    assert done.returncode == 2
    assert "question_id" in done.stderr
    assert "text=文字" in done.stderr


def test_a_refused_act_says_why_and_fails(demo: Up) -> None:
    answer = demo.place.json("act", "proposal", "2026-nowhere", "withdraw_proposal", "reason=x", code=1)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "not_running"
    year = demo.place.json("cases")["cases"][0]["year"]
    answer = demo.place.json("act", "appraisal", f"{year}-slz", "file_opinions", "--as", "deputy:d01", code=1)
    assert answer["error"]["code"] == "not_allowed"


def test_an_unknown_case_kind_act_or_role_is_invalid_input(demo: Up) -> None:
    for arguments, named in (
        (("act", "party", "2026", "x"), "appraisal"),
        (("act", "cycle", "2026", "fly"), "register_proposal"),
        (("act", "cycle", "2026", "close_cycle", "--as", "emperor:1"), "staff"),
    ):
        done = demo.place.run(*arguments)
        assert done.returncode == 2
        assert named in done.stderr


def test_verify_rebuild_and_checkpoint_agree_on_the_log(demo: Up) -> None:
    sealed = demo.place.json("checkpoint")
    kept = demo.place.folder.with_name("kept.txt")
    kept.write_text(sealed["note"], encoding="utf-8")
    town = demo.place.json("verify", "--kept", str(kept))["towns"][0]
    assert (town["ok"], town["signatures_checked"], town["events"] >= sealed["position"]) == (True, True, True)
    rebuilt = demo.place.json("rebuild")
    assert rebuilt["differences"] == []
    assert rebuilt["events"]["sample"] >= sealed["position"]
    forged = sealed["note"].replace(str(sealed["position"]), str(sealed["position"] - 1), 1)
    kept.write_text(forged, encoding="utf-8")
    assert demo.place.json("verify", "--kept", str(kept), code=1)["towns"][0]["fault"]["kind"] == "signature"


def test_a_policy_with_faults_is_refused_with_every_line(demo: Up, tmp_path: Path) -> None:
    bad = tmp_path / "policy.yaml"
    bad.write_text("appraisal:\n  pass_rate: 2\n  quorom: two_thirds\n", encoding="utf-8")
    answer = demo.place.json("policy", "check", str(bad), code=2)
    assert {(fault["path"], fault["line"]) for fault in answer["error"]["faults"]} == {
        ("appraisal.pass_rate", 2),
        ("appraisal.quorom", 3),
    }
    assert demo.place.run("policy", "adopt", str(bad)).returncode == 2
    assert demo.place.run("policy", "check", str(tmp_path / "none.yaml")).returncode == 2


def test_an_adopted_policy_is_the_one_in_force(demo: Up, tmp_path: Path) -> None:
    good = tmp_path / "policy.yaml"
    good.write_text("appraisal:\n  quorum: two_thirds\n", encoding="utf-8")
    version = demo.place.json("policy", "check", str(good))["version"]
    assert demo.place.json("policy", "adopt", str(good), "--as", "presidium:wang")["changed"] is True
    assert demo.place.json("policy", "adopt", str(good), "--as", "presidium:wang")["changed"] is False
    shown = demo.place.json("policy", "show")
    assert (shown["version"], shown["policy"]["appraisal"]["quorum"]) == (version, "two_thirds")


def test_a_year_begins_once(demo: Up) -> None:
    year = str(demo.place.json("cases")["cases"][0]["year"] - 1)
    assert demo.place.json("cycle", "start", year)["events"][0]["event"] == "cycle.opened"
    assert demo.place.json("cycle", "start", year, code=1)["error"]["code"] == "already_open"


def test_a_second_up_is_told_which_process_runs_and_where(demo: Up) -> None:
    done = demo.place.run("up")
    assert done.returncode == 1
    assert str(demo.process.pid) in done.stderr
    assert demo.addresses["web"] in done.stderr


def test_restore_is_refused_while_the_town_runs(demo: Up, backup_file: Path) -> None:
    assert demo.place.json("restore", str(backup_file), code=1)["error"]["code"] == "running"


def test_pages_and_probes_answer(demo: Up) -> None:
    web = demo.addresses["web"]
    with urllib.request.urlopen(f"{web}/readyz") as answer:
        assert json.load(answer)["ok"] is True
    with urllib.request.urlopen(f"{web}/") as answer:
        page = answer.read().decode()
    assert "唐家会村通组道路硬化" in page
    assert "演示数据" in page
    with urllib.request.urlopen(f"{web}/metrics") as answer:
        assert 'jiandu_cases_open{kind="poll"} 1.0' in answer.read().decode()
