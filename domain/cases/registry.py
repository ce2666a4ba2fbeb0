"""All kinds of case, each with what cases have in common."""

from __future__ import annotations

from typing import Any

from domain.cases.appraisal import DECIDER as APPRAISAL
from domain.cases.assessment import DECIDER as ASSESSMENT
from domain.cases.case import CaseKind
from domain.cases.cycle import DECIDER as CYCLE
from domain.cases.governance import Governed
from domain.cases.poll import DECIDER as POLL
from domain.cases.proposal import DECIDER as PROPOSAL
from domain.cases.rectification import DECIDER as RECTIFICATION

GOVERNED: dict[CaseKind, Governed[Any]] = {
    CaseKind.CYCLE: Governed(CYCLE),
    CaseKind.PROPOSAL: Governed(PROPOSAL),
    CaseKind.APPRAISAL: Governed(APPRAISAL),
    CaseKind.POLL: Governed(POLL),
    CaseKind.RECTIFICATION: Governed(RECTIFICATION),
    CaseKind.ASSESSMENT: Governed(ASSESSMENT),
}
