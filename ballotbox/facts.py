"""From a poll's setup to the facts that its manifest states, and back: whether a manifest is of this poll."""

from __future__ import annotations

from typing import Literal

from ballotbox.polls import PollSetup
from ballotbox.secret.ceremony import PollFacts, questions_and_codes, roster_bytes
from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import Labels, Manifest, Services
from domain.policy.document import AppraisalPolicy, BallotMode
from domain.rules.counting import ABSTAIN

LEAST_GROUP = 3
"""The protocol opens no smaller group, whatever the policy says."""
_LABELS = {ABSTAIN: "弃权", "blank": "空白", "overall": "综合评价"}


def least_group(policy: AppraisalPolicy) -> int:
    """With fewer envelopes on a subject none of them is opened (`appraisal.minimum_group`)."""
    return max(LEAST_GROUP, policy.minimum_group)


def policy_bytes(policy: AppraisalPolicy) -> bytes:
    """The file `policy` of a poll, whose hash the manifest holds."""
    return policy.model_dump_json().encode()


def facts_of(setup: PollSetup, *, services: Services, page: bytes, one_operator: bool) -> PollFacts:
    """What is dealt for a poll."""
    grades = {grade.key: grade.name for grade in setup.policy.grades}
    dimensions = {item.key: item.name for item in setup.policy.dimensions}
    codes = questions_and_codes(setup.policy)[1]
    return PollFacts(
        town=setup.town,
        poll=setup.poll_id,
        event=setup.title or setup.poll_id,
        mode=_mode(setup),
        one_operator=one_operator,
        services=services,
        labels=Labels(
            subjects={subject.subject: subject.label for subject in setup.subjects if subject.label},
            questions={key: {**_LABELS, **dimensions}.get(key, key) for key in setup.questions},
            codes={key: {**_LABELS, **grades}.get(key, key) for key in codes},
        ),
        slice_by=setup.ballot.slice.value,
        recused={subject.subject: _recused(setup, subject.recused) for subject in setup.subjects},
        questions=setup.questions,
        codes=codes,
        roster=setup.deputies,
        policy=policy_bytes(setup.policy),
        page=page,
        minimum_group=least_group(setup.policy),
        minimum_path=setup.ballot.minimum_path,
    )


def differing(setup: PollSetup, manifest: Manifest, page: bytes) -> tuple[str, ...]:
    """What of a manifest is not as this poll needs it, in Chinese; empty when it fits exactly."""
    checks = {
        "编号": (manifest.town, manifest.poll) == (setup.town, setup.poll_id),
        "投票方式": manifest.mode == setup.mode.value,
        "测评对象": [s.subject for s in manifest.subjects] == [s.subject for s in setup.subjects],
        "回避名单": {s.subject: s.recused for s in manifest.subjects}
        == {s.subject: _recused(setup, s.recused) for s in setup.subjects},
        "测评项目": manifest.questions == setup.questions,
        "等次": manifest.codes == questions_and_codes(setup.policy)[1],
        "代表名单": manifest.roster_hash == sha256(roster_bytes(setup.deputies)).hex(),
        "测评办法": manifest.policy_hash == sha256(policy_bytes(setup.policy)).hex(),
        "分票方式": manifest.slice_by == setup.ballot.slice.value,
        "最低票数": (manifest.minimum_group, manifest.minimum_path)
        == (least_group(setup.policy), setup.ballot.minimum_path),
        "投票网页": manifest.page_hash == sha256(page).hex(),
    }
    return tuple(name for name, fits in checks.items() if not fits)


def _mode(setup: PollSetup) -> Literal["phones", "mixed"]:
    return "mixed" if setup.mode is BallotMode.MIXED else "phones"


def _recused(setup: PollSetup, recused: tuple[str, ...]) -> tuple[str, ...]:
    """Of the poll's deputies: a manifest recuses nobody who is not on its roster."""
    deputies = frozenset(setup.deputies)
    return tuple(deputy for deputy in recused if deputy in deputies)
