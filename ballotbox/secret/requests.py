"""What a phone sends to an issuer and gets back: one blinded value for each stamp that the deputy is entitled to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ballotbox.secret.encoding import canonical, labelled, sha256
from ballotbox.secret.manifest import Poll


class StampValues(NamedTuple):
    """Values by slice and by subject's token: blinded messages in a request, blind signatures in an answer."""

    slices: Mapping[str, bytes]
    tokens: Mapping[str, bytes]


def entitled_subjects(poll: Poll, deputy: str) -> tuple[str, ...]:
    """The subjects on which a deputy of the roster has a ballot (rule `appraisal.recusal`), in the manifest's order."""
    return tuple(s.subject for s in poll.manifest.subjects if deputy not in poll.recused[s.subject])


def entitled_slots(poll: Poll, deputy: str) -> tuple[str, ...]:
    """The slices of those subjects."""
    return tuple(slot.name for s in entitled_subjects(poll, deputy) for slot in poll.manifest.slots_of(s))


def request_hash(poll: Poll, deputy: str, request: StampValues) -> bytes:
    """What an issuer commits to before it signs."""
    values = {kind: {name: value.hex() for name, value in part.items()} for kind, part in request._asdict().items()}
    return sha256(labelled("request", poll.hash, deputy.encode(), canonical(values)))
