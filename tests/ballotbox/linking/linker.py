"""The linker: says which ballot is whose, from records alone, by every way that we could think of.

It is told what identifies a deputy and what identifies a ballot (marks), never how they belong together. A strategy's
guess maps deputies to ballots; the tests, who know the truth, count how many of its guesses are right.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tests.ballotbox.linking.evidence import Record

Guess = dict[str, str]
"""Deputy to ballot."""


class Suspect(NamedTuple):
    """A deputy or a ballot with what it left behind."""

    name: str
    records: tuple[Record, ...]


def suspects(marks: Mapping[str, Iterable[bytes]], records: Sequence[Record]) -> list[Suspect]:
    """The records in which each one's marks occur."""
    found: dict[str, list[Record]] = {name: [] for name in marks}
    owner = {mark: name for name, own in marks.items() for mark in own}
    for record in records:
        tokens = record.values | {record.data}
        names = {owner[token] for token in tokens if token in owner}
        # Short marks, such as a deputy's id, stand between quotes or spaces.
        if not names:
            names = {name for mark, name in owner.items() if len(mark) < 12 and _stands_in(mark, record.data)}
        if len(names) == 1:
            found[names.pop()].append(record)
    return [Suspect(name, tuple(own)) for name, own in found.items()]


def _stands_in(mark: bytes, data: bytes) -> bool:
    return re.search(rb"(?<![0-9a-zA-Z])" + re.escape(mark) + rb"(?![0-9a-zA-Z])", data) is not None


def shared_values(deputies: Sequence[Suspect], ballots: Sequence[Suspect]) -> Guess:
    """Who shares a value, or a transaction, with one ballot that they share with nobody else."""
    holders: defaultdict[bytes, set[str]] = defaultdict(set)
    for suspect in (*deputies, *ballots):
        for record in suspect.records:
            for value in record.values:
                holders[value].add(suspect.name)
            if record.transaction is not None:
                holders[record.transaction.encode()].add(suspect.name)
    names = {deputy.name for deputy in deputies}
    guess: Guess = {}
    for who in holders.values():
        if len(who) == 2 and len(mine := who & names) == 1:
            [deputy], [ballot] = mine, who - names
            guess.setdefault(deputy, ballot)
    return guess


def by_rank(deputies: Sequence[Suspect], ballots: Sequence[Suspect]) -> dict[str, Guess]:
    """The n-th deputy cast the n-th ballot, or the n-th from the end, by every pair of orders that the records show."""
    guesses = {}
    for first, one in _orders(deputies).items():
        for second, other in _orders(ballots).items():
            guesses[f"{first} ~ {second}"] = dict(zip(one, other, strict=False))
            guesses[f"{first} ~ {second}, reversed"] = dict(zip(one, reversed(other), strict=False))
    return guesses


def _orders(of: Sequence[Suspect]) -> dict[str, list[str]]:
    """In which order a source shows them, by their first and by their last record there."""
    first: defaultdict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    last: defaultdict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for suspect in of:
        for record in suspect.records:
            here = record.position
            first[record.source][suspect.name] = min(here, first[record.source].get(suspect.name, here))
            last[record.source][suspect.name] = max(here, last[record.source].get(suspect.name, here))
    orders = {}
    for kind, found in (("first", first), ("last", last)):
        for source, places in found.items():
            if len(places) > 1:
                orders[f"{source} ({kind})"] = sorted(places, key=lambda name: (places[name], name))
    return orders


def by_group(ballots: Mapping[str, Sequence[Suspect]]) -> dict[str, list[tuple[str, ...]]]:
    """Ballots on different subjects that one deputy cast: by a shared value or transaction, by rank, by neighbourhood.

    `ballots` by subject. Each strategy gives groups of ballots, one a deputy.
    """
    subjects = list(ballots)
    everything = [ballot for subject in subjects for ballot in ballots[subject]]
    subject_of = {ballot.name: subject for subject in subjects for ballot in ballots[subject]}
    groups: dict[str, list[tuple[str, ...]]] = {"shared": _sharing(everything)}
    for source, order in _orders(everything).items():
        columns = [[name for name in order if subject_of[name] == subject] for subject in subjects]
        groups[f"{source}, rank"] = [tuple(row) for row in zip(*columns, strict=False)]
        runs: list[list[str]] = [[]]
        for name in order:
            if any(subject_of[name] == subject_of[other] for other in runs[-1]):
                runs.append([])
            runs[-1].append(name)
        groups[f"{source}, neighbours"] = [tuple(run) for run in runs]
    return groups


def _sharing(ballots: Sequence[Suspect]) -> list[tuple[str, ...]]:
    holders: defaultdict[bytes, set[str]] = defaultdict(set)
    for ballot in ballots:
        for record in ballot.records:
            for value in record.values:
                holders[value].add(ballot.name)
            if record.transaction is not None:
                holders[record.transaction.encode()].add(ballot.name)
    found = Counter(tuple(sorted(who)) for who in holders.values() if len(who) > 1)
    return list(found)


def right(guess: Guess, truth: Mapping[str, str]) -> int:
    """How many deputies a guess gives their own ballot."""
    return sum(truth.get(deputy) == ballot for deputy, ballot in guess.items())


def grouped(groups: Iterable[tuple[str, ...]], truth: Mapping[str, frozenset[str]]) -> int:
    """How many deputies have all their ballots, and no other, in one group. `truth`: each one's ballots."""
    whole = {frozenset(group) for group in groups}
    return sum(own in whole for own in truth.values())
