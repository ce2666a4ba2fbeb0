"""Nobody can tell who voted what: an administrator of everything links no more deputies than chance would.

Sixty scripted deputies, three subjects, real processes. Chance: the n-th to the n-th hits one on average whatever n is,
and more than eight once in a million tries; some hundreds of strategies are tried here. On the naive schemas of
`test_control.py` the same linker finds sixty of sixty.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.verify import verify_folder
from tests.ballotbox.linking.evidence import occurrences
from tests.ballotbox.linking.linker import Suspect, by_group, by_rank, grouped, right, shared_values, suspects
from tests.ballotbox.linking.meeting import SUBJECTS, Evidence, Meeting, engine, parties

DEPUTIES = int(os.environ.get("JIANDU_LINKING_DEPUTIES", "60"))
BY_CHANCE = 8


class Traces(NamedTuple):
    """A meeting that is over, with what it left behind during the casting and at the end."""

    meeting: Meeting
    during: Evidence
    after: Evidence
    board: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traces(
    temporal_address: str, module_postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Traces]:
    """Sixty deputies collect in one order and cast in another, as people do."""
    folder = tmp_path_factory.mktemp("meeting")
    with ExitStack() as stack:
        meeting = Meeting(DEPUTIES, dict(parties(folder, stack)), folder, module_postgres_url)
        async with engine(meeting, temporal_address) as (client, cases, store, box):
            await meeting.call(cases, store)
            await meeting.collect()
            await box.begin_casting(meeting.key)
            await meeting.cast(hurry=3)
            during = await meeting.evidence(cases)
            await meeting.count(cases, box)
            after = await meeting.evidence(cases)
            del client
        yield Traces(meeting, during, after, folder / "board" / "polls" / meeting.poll.hash.hex())


def deputies_of(meeting: Meeting, evidence: Evidence) -> list[Suspect]:
    marks = {deputy: [deputy.encode(), name.encode()] for deputy, name in meeting.names.items()}
    found = [*evidence.records, *occurrences(evidence.files, [deputy.encode() for deputy in meeting.names])]
    return suspects(marks, found)


def ballots_of(meeting: Meeting, evidence: Evidence, subject: str) -> tuple[list[Suspect], dict[str, str]]:
    """The envelopes and published slices of a subject, and whose each is."""
    marks: dict[str, list[bytes]] = {}
    truth: dict[str, str] = {}
    for deputy, phone in meeting.phones.items():
        name = phone.token(subject).hex()
        own = next(piece.key.hex() for piece in phone.slices(subject, meeting.marks[deputy][subject]))
        marks[name] = [name.encode(), own.encode()]
        truth[deputy] = name
    found = [*evidence.records, *occurrences(evidence.files, [mark for own in marks.values() for mark in own])]
    return suspects(marks, found), truth


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("when", ["during", "after"])
async def test_no_strategy_links_more_deputies_than_chance(traces: Traces, when: str) -> None:
    meeting, evidence = traces.meeting, traces.during if when == "during" else traces.after
    deputies = deputies_of(meeting, evidence)
    assert all(deputy.records for deputy in deputies), "the linker must see who collected, or it is no experiment"
    tried, best = 0, ("", 0)
    everything, whole = {}, {deputy: frozenset[str]() for deputy in meeting.phones}
    for subject in SUBJECTS:
        ballots, truth = ballots_of(meeting, evidence, subject)
        assert all(ballot.records for ballot in ballots), "the linker must see every envelope"
        everything[subject] = ballots
        whole = {deputy: whole[deputy] | {truth[deputy]} for deputy in whole}
        guesses = {"shared": shared_values(deputies, ballots), **by_rank(deputies, ballots)}
        for name, guess in guesses.items():
            tried += 1
            best = max(best, (f"{subject}: {name}", right(guess, truth)), key=lambda each: each[1])
    assert tried > 50, "the orders of clusters, WAL and logs must all have been tried"
    assert best[1] <= BY_CHANCE, f"{best[0]} links {best[1]} of {DEPUTIES}"
    groups = {name: grouped(found, whole) for name, found in by_group(everything).items()}
    assert max(groups.values()) <= BY_CHANCE, groups


@pytest.mark.asyncio(loop_scope="module")
async def test_during_casting_no_grade_is_readable_anywhere(traces: Traces) -> None:
    """Of each deputy the slice's signature is known to the phone alone; and no cleartext ballot stands anywhere."""
    meeting = traces.meeting
    keys = [
        piece.key
        for deputy, phone in meeting.phones.items()
        for subject in SUBJECTS
        for piece in phone.slices(subject, meeting.marks[deputy][subject])
    ]
    raw = b"".join(file.data for file in traces.during.files)
    text = b"".join(record.data for record in traces.during.records)
    tokens = [phone.token(subject) for phone in meeting.phones.values() for subject in SUBJECTS]
    assert all(token in raw or token.hex().encode() in raw for token in tokens), "the files are those of the ballots"
    assert not [key for key in keys if key in raw or key.hex().encode() in raw or key.hex().encode() in text]


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_published_verifies_and_holds_every_answer(traces: Traces) -> None:
    assert verify_folder(traces.board) == []
    lines = (traces.board / "slices.jsonl").read_bytes().splitlines()
    published = [PublishedSlice.model_validate_json(line) for line in lines]
    meeting = traces.meeting
    assert all(phone.counted(published, meeting.marks[deputy]) for deputy, phone in meeting.phones.items())
