"""Which acts a case is waiting for, by its stage: what a page offers first and an in-box lists.

A case that is ready for a poll waits for a poll to be called, which `begin.py` does for several at once.
Only an order of what is offered. Whether an act may be done is decided by the case; every other act is offered as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.acts import Command, Role
from domain.cases.case import CaseKind
from domain.cases.governance_commands import GOVERNANCE_COMMANDS
from domain.cases.registry import GOVERNED

_NEXT: Mapping[CaseKind, Mapping[str, tuple[str, ...]]] = {
    CaseKind.CYCLE: {
        "prior": ("register_proposal", "start_appraisal"),
        "in_process": ("start_appraisal", "start_assessment"),
        "post": ("start_assessment", "close_cycle"),
    },
    CaseKind.PROPOSAL: {
        "draft": ("amend_proposal",),
        "lead_review": ("decide_step",),
        "party_preliminary": ("decide_step",),
        "deputies": ("decide_step",),
        "village_meeting": ("decide_step",),
        "final_approval": ("decide_step",),
        "in_progress": ("report_progress", "complete_proposal"),
    },
    CaseKind.APPRAISAL: {
        "awaiting_report": ("submit_report",),
        "questions": ("answer_question", "commit_to_question", "raise_question"),
        "filing": ("itemise_opinion", "file_opinions"),
        "implementation": ("report_implementation", "check_implementation"),
        "ready": ("raise_question",),
        "follow_up": ("mark_commitment",),
    },
    CaseKind.POLL: {"called": ("open_poll",), "open": ("close_poll",), "closed": ("close_poll",)},
    CaseKind.RECTIFICATION: {
        "to_serve": ("serve_notice",),
        "rectifying": ("submit_plan", "submit_rectification_report", "ask_extension"),
        "overdue": ("submit_rectification_report",),
        "reported": ("decide_on_report",),
    },
    CaseKind.ASSESSMENT: {
        "scoring": ("enter_scores", "publish_ranking"),
        "publicity": ("raise_objection",),
        "objections": ("decide_objection",),
        "tie": ("decide_last",),
    },
}


def acts_of(kind: CaseKind) -> dict[str, type[Command]]:
    """The acts that persons do in a case of a kind, by name; the opening one and the system's are left out."""
    opening = GOVERNED[kind].commands[0]
    return {
        command.act: command
        for command in GOVERNED[kind].commands
        if command is not opening and command.by - {Role.SYSTEM}
    }


def awaited(kind: CaseKind, stage: str) -> Sequence[type[Command]]:
    """The acts that a case in a stage waits for."""
    acts = acts_of(kind)
    return [acts[name] for name in _NEXT.get(kind, {}).get(stage, ())]


def others(kind: CaseKind, stage: str) -> Sequence[type[Command]]:
    """All other acts of persons: the case's own first, then those that every case takes."""
    first = {command.act for command in awaited(kind, stage)}
    common = {command.act for command in GOVERNANCE_COMMANDS}
    rest = [command for name, command in acts_of(kind).items() if name not in first]
    return sorted(rest, key=lambda command: command.act in common)
