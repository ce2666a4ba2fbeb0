"""The papers of a poll that is held on paper: ballot forms, the ledger of forms, the counting sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from documents.papers.render import render
from domain.cases.poll.forms import FormSeries, PollForms
from domain.rules.counting import Attendance

SCRUTINEERS = 3
"""How many scrutineers sign a paper."""
_RULES = (
    "每行只选一项，在方框内打“√”。",
    "不愿评价的选“弃权”。",
    "一行选了两项以上的，该行无效，其他各行仍然有效。",
    "不署名，不作其他记号；填好后对折，投入票箱。",
)


def ballot_forms(forms: PollForms, town: str, series: FormSeries, numbers: Sequence[int]) -> bytes:
    """The forms `numbers` of a series, as one PDF. Raises `FontsMissing`, `PaperFault`."""
    return render(
        "ballot_forms",
        {
            **_heading(forms, town),
            "title": forms.title,
            "rules": _RULES,
            "grades": [grade.name for grade in forms.grades],
            "questions": [
                {"name": question.name, "overall": index == 0} for index, question in enumerate(forms.questions)
            ],
            "subjects": [{"name": each.name, "responsible": each.responsible} for each in series.subjects],
            "numbers": [series.number(number) for number in numbers],
        },
    )


def paper_ledger(forms: PollForms, town: str, printed: Mapping[str, int]) -> bytes:
    """The ledger of the forms given and returned, to be filled by hand. `printed`: forms by the series' letter."""
    series = [
        {
            "letter": each.letter,
            "subjects": [subject.name for subject in each.subjects],
            "printed": str(printed.get(each.letter, "")),
            "figures": [""] * 4,
        }
        for each in forms.series
    ]
    return render("paper_ledger", {**_heading(forms, town), "series": series, "scrutineers": SCRUTINEERS})


def count_report(forms: PollForms, town: str, attendance: Mapping[str, Attendance]) -> bytes:
    """The counting sheet, empty but for who was there: filled by hand and signed beside what the system says."""
    return render(
        "count_report",
        {
            **_heading(forms, town),
            "grades": [grade.name for grade in forms.grades],
            "scrutineers": SCRUTINEERS,
            "subjects": [
                {
                    "name": subject.name,
                    "responsible": subject.responsible,
                    **_turnout(attendance.get(subject.subject)),
                    "rows": [
                        {"name": question.name, "figures": [""] * (len(forms.grades) + 3)}
                        for question in forms.questions
                    ],
                }
                for series in forms.series
                for subject in series.subjects
            ],
        },
    )


def _heading(forms: PollForms, town: str) -> dict[str, Any]:
    day = f"{forms.day.year}年{forms.day.month}月{forms.day.day}日" if forms.day is not None else ""
    return {"town": town, "day": day, "meeting": f"测评编号 {forms.poll}"}


def _turnout(attendance: Attendance | None) -> dict[str, str]:
    line = "＿＿＿"
    if attendance is None:
        return {"entitled": line, "present": line, "issued": line, "returned": line}
    return {
        "entitled": str(attendance.entitled),
        "present": str(attendance.present),
        "issued": str(attendance.issued),
        "returned": line,
    }
