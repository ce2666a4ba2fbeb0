"""A poll of scripted phones, from the ceremony to the published folder, all in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ballotbox.secret.box import Box, Receipt
from ballotbox.secret.ceremony import Dealt, PollFacts, questions_and_codes, roster_bytes, set_up
from ballotbox.secret.closing import close_of
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.issuer import Issuer
from ballotbox.secret.log import read_log, sign_checkpoint
from ballotbox.secret.manifest import ISSUERS, Services
from ballotbox.secret.opening import Opening, open_box
from ballotbox.secret.phone import Phone
from ballotbox.secret.publication import Published, publish
from ballotbox.secret.requests import StampValues
from ballotbox.secret.statements import PaperCount, sign_statement
from domain.policy.document import AppraisalPolicy

DEPUTIES = tuple(f"d{number:02}" for number in range(1, 13))
QUESTIONS = ("overall", "ability")
CODES = questions_and_codes(AppraisalPolicy())[1]
TEAMS = ((1, 2, 3), (2, 4, 5))

Ballot = dict[str, dict[str, str]]


def facts(poll: str = "2026-p1", slice_by: Literal["question", "subject"] = "question") -> PollFacts:
    """Three subjects; d12 is a relative of `czs`."""
    return PollFacts(
        town="城关镇",
        poll=poll,
        event="2026 年站所长述职测评",
        phases={"collecting": "2026-12-01 09:00", "casting": "2026-12-01 10:00"},
        services=Services(a="https://a.test", b="https://b.test", box="https://box.test"),
        slice_by=slice_by,
        recused={"czs": ("d12",), "lys": (), "zhs": ()},
        questions=QUESTIONS,
        codes=CODES,
        roster=DEPUTIES,
        policy=AppraisalPolicy().model_dump_json().encode(),
        page="<!doctype html><title>测评</title>".encode(),
    )


def ballot_of(number: int) -> Ballot:
    """What the `number`-th deputy answers: all codes occur, and the subjects differ."""
    return {
        subject: {q: CODES[(number + 2 * i + j) % len(CODES)] for j, q in enumerate(QUESTIONS)}
        for i, subject in enumerate(("czs", "lys", "zhs"))
    }


class ScriptedPoll:
    """A poll under way. The steps are called in the order in which they stand here."""

    def __init__(self, poll_facts: PollFacts, dealt: Dealt) -> None:
        self.facts = poll_facts
        self.dealt = dealt
        self.poll = dealt.poll
        self.issuers = {i: Issuer(i, self.poll, poll_facts.roster, dealt.issuers[i]) for i in ISSUERS}
        self.phones = {deputy: Phone(self.poll, deputy) for deputy in poll_facts.roster}
        self.receipts: list[Receipt] = []
        self.box: Box

    def collect(self, *deputies: str, paper: tuple[str, ...] = ()) -> None:
        """Each takes both stamps, those of `paper` forms; then collecting ends and the box opens."""
        if paper:
            for issuer in ISSUERS:
                self.issuers[issuer].give_paper(paper)
        for deputy in deputies:
            phone = self.phones[deputy]
            for issuer in ISSUERS:
                phone.take(issuer, self.issuers[issuer].stamp(deputy, phone.request(issuer)))
        a, b = (self.issuers[issuer].end_collecting() for issuer in ISSUERS)
        leaves = [self.poll.data, *(note.encode() for note in (a[0], b[0], a[1], b[1]))]
        self.box = Box(self.poll, leaves, self.dealt.receipts)

    def cast(self, *envelopes: Envelope) -> None:
        """The box takes these."""
        self.receipts += [self.box.cast(envelope) for envelope in envelopes]

    def open(self, team: tuple[int, ...]) -> Opening:
        """What a team of scrutineers gets out of the closed box."""
        shares = {number: self.dealt.shares[number] for number in team}
        return open_box(self.poll, self.box.leaves, self.box.ciphertexts, shares)

    def publish(
        self,
        folder: Path,
        leaves: tuple[bytes, ...] | None = None,
        more: dict[bytes, bytes] | None = None,
        *,
        paper: PaperCount | None = None,
        declared_void: bool = False,
    ) -> None:
        """Close, open twice, sign, publish. `leaves` and `more` ciphertexts are what insiders have made instead;
        `paper` is what was in the paper box."""
        self.box.close()
        leaves = leaves or self.box.leaves
        log = read_log(self.poll, leaves)
        roster = frozenset(self.facts.roster)
        present = {s: len(roster - recused) for s, recused in self.poll.recused.items()}
        sheets = paper.sheets if paper is not None else {}
        close = close_of(self.poll, log, roster, present, sheets, declared_void=declared_void)
        scrutineers, witnesses = self.dealt.scrutineers, self.dealt.witnesses
        published = Published(
            poll=self.poll,
            roster=roster_bytes(self.facts.roster),
            page=self.facts.page,
            policy=self.facts.policy,
            leaves=leaves,
            checkpoint=sign_checkpoint(self.poll, leaves, self.dealt.log, *(witnesses[n] for n in (1, 3, 5))),
            close=sign_statement(self.poll, close, *(scrutineers[n] for n in (1, 2, 4))),
        )
        if not close.void:
            shares = [{number: self.dealt.shares[number] for number in team} for team in TEAMS]
            openings = [open_box(self.poll, leaves, self.box.ciphertexts | (more or {}), chosen) for chosen in shares]
            notes = tuple(
                sign_statement(self.poll, opening.statement(number, team), *(scrutineers[n] for n in team))
                for number, (team, opening) in enumerate(zip(TEAMS, openings, strict=True), 1)
            )
            published = published._replace(opening=openings[0], openings=notes)
            if paper is not None:
                published = published._replace(
                    paper=sign_statement(self.poll, paper, *(scrutineers[n] for n in (1, 3, 4)))
                )
        publish(folder, published)


def void_poll() -> ScriptedPoll:
    """Three collect and cast; both issuers together stamp for a fourth, whom neither lists. Not closed yet."""
    chosen = facts("2026-p9", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    ghost = Phone(poll.poll, "d12")
    for name in ISSUERS:
        secrets, request = poll.dealt.issuers[name], ghost.request(name)
        ghost.take(
            name,
            StampValues(
                {slot: secrets.slices[slot].sign(value) for slot, value in request.slices.items()},
                {subject: secrets.tokens[subject].sign(value) for subject, value in request.tokens.items()},
            ),
        )
    poll.collect("d01", "d02", "d03")
    for number, deputy in enumerate(("d01", "d02", "d03")):
        poll.cast(*poll.phones[deputy].fill(ballot_of(number)))
    poll.cast(*ghost.fill(ballot_of(5)))
    return poll
