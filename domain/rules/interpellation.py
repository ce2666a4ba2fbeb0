"""The statutory interpellation 质询案, another thing than a question at a duty report (rules "Questions")."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

MINIMUM_SIGNERS = 10
"""地方组织法 24."""


class InterpellationRefusal(StrEnum):
    """Why an interpellation is not one."""

    NOT_THE_GOVERNMENT = "not_the_government"
    NOT_IN_SESSION = "not_in_session"
    NOT_IN_WRITING = "not_in_writing"
    TOO_FEW_SIGNERS = "too_few_signers"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return _LABELS[self]


_LABELS = {
    InterpellationRefusal.NOT_THE_GOVERNMENT: "质询案只能对镇人民政府提出",
    InterpellationRefusal.NOT_IN_SESSION: "质询案须在人民代表大会会议期间提出",
    InterpellationRefusal.NOT_IN_WRITING: "质询案须书面提出",
    InterpellationRefusal.TOO_FEW_SIGNERS: "质询案须由代表十人以上联名",
}


def interpellation_refusals(
    signers: Collection[str], *, against_government: bool, in_session: bool, in_writing: bool
) -> tuple[InterpellationRefusal, ...]:
    """Every reason why an interpellation cannot be brought (地方组织法 24); empty where it can. A deputy signs once."""
    failed = {
        InterpellationRefusal.NOT_THE_GOVERNMENT: not against_government,
        InterpellationRefusal.NOT_IN_SESSION: not in_session,
        InterpellationRefusal.NOT_IN_WRITING: not in_writing,
        InterpellationRefusal.TOO_FEW_SIGNERS: len(set(signers)) < MINIMUM_SIGNERS,
    }
    return tuple(reason for reason, is_so in failed.items() if is_so)


def second_answer(signers: Collection[str], dissatisfied: Collection[str]) -> bool:
    """Whether the signers may ask for a second answer: half or more of them are dissatisfied (代表法 20).

    The dissatisfaction of somebody who did not sign does not count.
    """
    signed = set(signers)
    return bool(signed) and 2 * len(signed & set(dissatisfied)) >= len(signed)
