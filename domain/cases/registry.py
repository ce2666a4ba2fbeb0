"""All kinds of case, each with what cases have in common."""

from __future__ import annotations

from typing import Any

from domain.cases.assessment import DECIDER as ASSESSMENT
from domain.cases.case import CaseKind
from domain.cases.governance import Governed
from domain.cases.proposal import DECIDER as PROPOSAL

GOVERNED: dict[CaseKind, Governed[Any]] = {
    decider.kind: decider for decider in (Governed[Any](PROPOSAL), Governed[Any](ASSESSMENT))
}
