"""Write the three-year rehearsal of the sample town, and what must come of it, from `town.yaml` and `story.py`.

`python -m examples.full_town` writes `full-town-three-years.yaml` and `full-town-three-years.expected.json` beside
itself, always the same bytes: what the story does not tell is drawn from a hash of year and subject, so that no two
subjects look alike and nothing is random.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from examples.scenario_yaml import written
from examples.story import FAILURES, HEADS, LAST, OPENS, PRESENT, PROJECTS, TIED, VETOES, YEAR_END, YEARS

HERE = Path(__file__).parent


def drawn(low: int, high: int, *key: object) -> int:
    """A number from `low` to `high` that belongs to `key`."""
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return low + int.from_bytes(digest[:4], "big") % (high - low + 1)


def weekday(day: date) -> date:
    """That day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def counts(year: int, subject: str, *, passing: bool) -> dict[str, int]:
    """How a subject was graded. A passing one has 65 to 95 % of its valid ballots, a failing one under 55 %."""
    returned = PRESENT[year] - drawn(0, 2, year, subject, "kept")
    invalid = drawn(0, 2, year, subject, "invalid")
    abstain = drawn(0, 3, year, subject, "abstain")
    valid = returned - invalid
    share = drawn(66, 95, year, subject, "share") if passing else drawn(35, 54, year, subject, "share")
    good = valid * share // 100
    excellent = good * drawn(20, 70, year, subject, "excellent") // 100
    poor = valid - good - abstain
    if poor < 0:
        abstain, poor = abstain + poor, 0
    incompetent = poor * drawn(0, 60, year, subject, "incompetent") // 100
    rows = {
        "excellent": excellent,
        "competent": good - excellent,
        "basically_competent": poor - incompetent,
        "incompetent": incompetent,
        "abstain": abstain,
        "invalid": invalid,
    }
    return {grade: ballots for grade, ballots in rows.items() if ballots}


def duty_report(year: int, subject: str, kind: str) -> dict[str, Any]:
    """A duty report and its poll: stations and windows in June, villages in July."""
    reported = date(year, 6, 4) if kind in ("station", "window") else date(year, 7, 8)
    polled = date(year, 6, 25) if kind in ("station", "window") else date(year, 7, 30)
    answered = weekday(reported + timedelta(days=1))
    report: dict[str, Any] = {"subject": subject, "report_on": reported}
    questions: list[dict[str, Any]] = []
    for number in range(1, drawn(0, 2, year, subject, "questions") + 1):
        if drawn(0, 3, year, subject, number, "answer"):
            questions.append({"id": f"q{number}", "answered": "answer", "date": answered})
        else:
            due = weekday(date(year, 9, 20) + timedelta(days=drawn(0, 40, year, subject, number)))
            questions.append({"id": f"q{number}", "answered": "commitment", "due": due, "date": answered})
    opinions: list[dict[str, Any]] = [
        {"id": f"o{number}", "implemented_on": polled - timedelta(days=6), "checked_on": polled - timedelta(days=2)}
        for number in range(1, drawn(0, 2, year, subject, "opinions") + 1)
    ]
    passing = (year, subject) not in FAILURES
    held = {"date": polled, "present": PRESENT[year], "overall": counts(year, subject, passing=passing)}
    poll: dict[str, Any] | list[dict[str, Any]] = held
    if (year, subject) == (2024, "kc_zs"):  # the presidium does not wait for the opinion
        opinions = [{"id": "o1", "implemented_on": date(2024, 8, 20), "checked_on": date(2024, 8, 23)}]
        poll = {**held, "waive": "广场工程跨汛期，主席团同意先行测评"}
    if (year, subject) == (2025, "dyd_zr"):  # refused while a question is open, held a fortnight later
        questions = [{"id": "q1", "answered": "answer", "date": date(2025, 8, 6)}]
        opinions = []
        poll = [{"date": polled, "present": PRESENT[year]}, {**held, "date": date(2025, 8, 14)}]
    if (year, subject) == (2026, "hjck"):  # one ballot more than issued: void, and a new poll
        stuffed = {
            "date": date(2026, 6, 24),
            "present": 57,
            "issued": 55,
            "overall": {"excellent": 20, "competent": 36},
        }
        poll = [stuffed, {**held, "date": date(2026, 7, 2)}]
    report |= {"questions": questions} if questions else {}
    report |= {"opinions": opinions} if opinions else {}
    report["filed_on"] = weekday(reported + timedelta(days=2))
    if (year, subject) == (2025, "dyd_zr"):
        report["filed_on"] = date(2025, 8, 7)
    report["poll"] = poll
    if (year, subject) in FAILURES and FAILURES[year, subject].play:
        report["rectification"] = FAILURES[year, subject].play
    return report


def scores(year: int, subject: str, kind: str) -> dict[str, Any]:
    """A subject's marks. The last of a group are far behind; stations' sites are seen by five scorers."""
    tied = subject in TIED.get(year, ())
    last = subject in LAST[year] or tied
    seed = "tied" if tied else subject
    tables: dict[str, Any] = {}
    for table in ("work", "party"):
        marks: dict[str, Any] = {}
        for method in ("reports", "documents", "site", "opinion"):
            low, high = (52, 58) if last else (70, 96)
            mark = drawn(low, high, year, seed, table, method)
            five = method == "site" and kind == "station"
            marks[method] = [mark + drawn(-3, 3, year, seed, table, scorer) for scorer in range(5)] if five else mark
        tables[table] = marks
    if not last and drawn(0, 5, year, subject, "bonus") == 0:
        tables["bonus"] = drawn(1, 7, year, subject, "points")  # the policy caps it at 5
    return tables


def proposals(year: int) -> Iterator[tuple[dict[str, Any], str]]:
    """A proposal of each of eight villages, with its outcome: one comes back improved, one is voted down, one waits."""
    session = weekday(date(year, 2, 26))
    for number, (village, title) in enumerate(PROJECTS):
        submitted = weekday(date(year, 1, 15) + timedelta(days=drawn(0, 5, year, village)))
        reviewed = weekday(submitted + timedelta(days=4))
        preliminary = weekday(date(year, 2, 5))
        steps: list[dict[str, Any]] = [{"step": "lead_review", "date": reviewed, "decision": "approve"}]
        party = {"step": "party_preliminary", "date": preliminary}
        if number == 1:
            steps += [
                {**party, "decision": "return", "to": "lead_review", "reason": "预算不清"},
                {"step": "lead_review", "date": weekday(preliminary + timedelta(days=2)), "decision": "approve"},
                {"step": "party_preliminary", "date": weekday(preliminary + timedelta(days=5)), "decision": "approve"},
            ]
        else:
            steps.append({**party, "decision": "approve"})
        in_favour = 29 if number == 5 else drawn(38, 50, year, village, "for")
        votes = {"for": in_favour, "against": drawn(2, 5, year, village, "against"), "abstain": 1}
        steps.append({"step": "deputies", "date": session, "votes": votes})
        outcome = "approved"
        if number == 5:  # 29 of 60 deputies are not more than half
            outcome = "rejected"
        elif number == 7 and year == YEARS[-1]:
            outcome = "pending"
        else:
            steps += _in_the_village(session, year, village)
        proposal = {
            "id": f"p{number + 1}",
            "village": village if village.endswith("村") else f"{village}村",
            "title": title,
            "date": submitted,
            "steps": steps,
        }
        yield proposal, outcome


def _in_the_village(session: date, year: int, village: str) -> list[dict[str, Any]]:
    met = weekday(session + timedelta(days=drawn(5, 9, year, village, "met")))
    meeting = {"step": "village_meeting", "form": "representatives", "entitled": 30}
    steps: list[dict[str, Any]] = []
    if village == "岱獄殿":  # 19 of 30 are no quorum: the meeting is held again
        steps.append({**meeting, "date": met, "present": 19, "votes": {"for": 18, "against": 1, "abstain": 0}})
        met = weekday(met + timedelta(days=3))
    in_favour = drawn(16, 22, year, village, "villagers")
    votes = {"for": in_favour, "against": 24 - in_favour, "abstain": 1}
    steps.append({**meeting, "date": met, "present": 25, "votes": votes})
    approved = weekday(met + timedelta(days=5))
    return [*steps, {"step": "final_approval", "date": approved, "decision": "approve"}]


def scenario(town: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The scenario, and what must come of it."""
    names = {deputy["id"]: deputy["name"] for deputy in town["deputies"]}
    posts = [{**post, "responsible": names.get(post["responsible"], post["responsible"])} for post in town["posts"]]
    cycles: list[dict[str, Any]] = []
    expected: list[dict[str, Any]] = []
    for year in YEARS:
        submitted = list(proposals(year))
        cycle: dict[str, Any] = {"year": year, "opens": OPENS[year]}
        if year in HEADS:
            cycle["heads"] = [{"subject": s, "responsible": r, "from": f} for s, r, f in HEADS[year]]
        cycle["proposals"] = [proposal for proposal, _ in submitted]
        cycle["duty_reports"] = [duty_report(year, post["id"], post["kind"]) for post in posts]
        cycle["year_end"] = {
            "date": YEAR_END[year],
            "scores": {post["id"]: scores(year, post["id"], post["kind"]) for post in posts},
        }
        if year in TIED:
            cycle["year_end"]["decide_last"] = ["yym_zr"]
        cycles.append(cycle)
        expected.append(
            {
                "year": year,
                "proposals": [{"id": proposal["id"], "outcome": outcome} for proposal, outcome in submitted],
                "appraisals": [_appraisal(year, post["id"]) for post in posts],
                "rankings": [
                    {"group": post["kind"], "last": [post["id"]]} for post in posts if post["id"] in LAST[year]
                ],
                "vetoes": VETOES if year == YEARS[-1] else [],
            }
        )
    played = {
        "scenario": "full-town-three-years",
        "township": town["town"],
        "calendar": "official",
        "deputies": len(town["deputies"]),
        "ballots": "counted",
        "subjects": posts,
        "cycles": cycles,
    }
    outcome = {
        "scenario": "full-town-three-years",
        "cycles": expected,
        "ledger": {"verified": True},
        "ballots": {"verified": True},
    }
    return played, outcome


def _appraisal(year: int, subject: str) -> dict[str, Any]:
    failure = FAILURES.get((year, subject))
    if failure is None:
        return {"subject": subject, "verdict": "pass", "rectification": None}
    return {"subject": subject, "verdict": "fail", "rectification": {"outcome": failure.outcome, **failure.more}}


def main() -> None:
    """Write both files."""
    town = yaml.safe_load((HERE / "town.yaml").read_text(encoding="utf-8"))
    played, outcome = scenario(town)
    (HERE / "full-town-three-years.yaml").write_text(written(played), encoding="utf-8")
    expected = json.dumps(outcome, ensure_ascii=False, indent=1) + "\n"
    (HERE / "full-town-three-years.expected.json").write_text(expected, encoding="utf-8")


if __name__ == "__main__":
    main()
