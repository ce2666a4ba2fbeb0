"""The year on one page: where the three stages stand, what is open, what is due next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.cases.case import CaseKind
from web.lights import Shown, light_of
from web.reading import CaseRow
from web.words import KINDS, stage_word

_STAGES = (
    ("prior", "事前监督", "村级议案：把关、初议、表决、村民会议、审定", (CaseKind.PROPOSAL,)),
    (
        "in_process",
        "事中监督",
        "述职评议、提问承诺、民主测评、限期整改",
        (CaseKind.APPRAISAL, CaseKind.POLL, CaseKind.RECTIFICATION),
    ),
    ("post", "事后监督", "年终双百分考核、排名公示、一票否决", (CaseKind.ASSESSMENT,)),
)
_SOON = 8


@dataclass(frozen=True)
class StageBox:
    """One of the three stages: `state` is done, now or ahead."""

    name: str
    what: str
    state: str
    open: int
    total: int


@dataclass(frozen=True)
class Line:
    """A case as a line of a list."""

    case: CaseRow
    kind: str
    stage: str
    light: Shown


@dataclass(frozen=True)
class Picture:
    """A year of the town."""

    year: int
    cycle: CaseRow | None
    stages: Sequence[StageBox]
    open: Sequence[Line]
    closed: Sequence[Line]
    soon: Sequence[Line]
    overdue: int
    due_this_week: int


def picture_of(year: int, rows: Sequence[CaseRow], today: date) -> Picture:
    """The picture of a year from its cases, which are in order of their due dates."""
    cycle = next((row for row in rows if row.kind is CaseKind.CYCLE), None)
    cases = [row for row in rows if row.kind is not CaseKind.CYCLE]
    lines = [line_of(row, today) for row in cases]
    going = [line for line in lines if line.case.open]
    dated = [line for line in going if line.case.due is not None]
    return Picture(
        year=year,
        cycle=cycle,
        stages=_stages(cycle, cases),
        open=going,
        closed=[line for line in lines if not line.case.open],
        soon=dated[:_SOON],
        overdue=sum(line.light.colour == "red" for line in dated),
        due_this_week=sum(0 <= (line.case.due - today).days < 7 for line in dated if line.case.due is not None),
    )


def line_of(row: CaseRow, today: date) -> Line:
    """A case with its words and its light."""
    stage = row.stage if row.open else row.outcome or row.stage
    return Line(row, KINDS[row.kind], stage_word(stage), light_of(row.due, today, open_=row.open))


def _stages(cycle: CaseRow | None, cases: Sequence[CaseRow]) -> list[StageBox]:
    names = [name for name, *_ in _STAGES]
    current = names.index(cycle.stage) if cycle is not None and cycle.stage in names else None
    over = cycle is not None and not cycle.open
    boxes = []
    for number, (_, title, what, kinds) in enumerate(_STAGES):
        of_stage = [row for row in cases if row.kind in kinds]
        state = "ahead"
        if over or (current is not None and number < current):
            state = "done"
        elif number == current:
            state = "now"
        boxes.append(StageBox(title, what, state, sum(row.open for row in of_stage), len(of_stage)))
    return boxes
