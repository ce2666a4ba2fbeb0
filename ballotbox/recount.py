"""Counting again: the verifier's rules over what the board shows, and paper, beside the counts that were told. Pure."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ballotbox.counting import Paths, counted, must_be_opened, unopened, why_unopened
from ballotbox.counts import PollCount
from ballotbox.paper.statement import paper_count
from ballotbox.paper.trays import PaperTray
from ballotbox.polls import PollSetup
from ballotbox.secret.manifest import Poll
from ballotbox.secret.publication import PAPER_FILE
from ballotbox.secret.statements import PaperCount, read_statement
from ballotbox.secret.tally import Tally
from ballotbox.secret.verify import verify_folder
from transparency.signed_note import NoteRefused

_TALLY = "tally.json"


def recount_faults(
    setup: PollSetup,
    paths: Mapping[str, Paths],
    papers: Mapping[str, PaperTray],
    published: PollCount,
    board: Mapping[str, bytes],
) -> list[str]:
    """What does not fit, in Chinese; empty when all fits. `board`: the published files, empty in mode `paper`."""
    tally, faults = None, []
    if must_be_opened(setup, paths):
        faults = _findings(board)
        try:
            tally = Tally.from_bytes(board.get(_TALLY, b""))
        except ValueError:
            return [*faults, f"{_TALLY}：缺少，或不是规范的计票结果"]
        faults += _paper_faults(papers, board)
    if (reason := why_unopened(setup, paths)) is not None:
        again = unopened(paths, reason)
    else:
        again = counted(setup, paths, papers, tally)
    faults += [
        f"测评对象 {subject}：重新计票的结果与公布的不同"
        for subject in sorted(again.subjects.keys() | published.subjects.keys())
        if again.subjects.get(subject) != published.subjects.get(subject)
    ]
    if (again.opened, again.reason) != (published.opened, published.reason):
        faults.append("收回与发出的关系与公布的不同")
    return faults


def _paper_faults(papers: Mapping[str, PaperTray], board: Mapping[str, bytes]) -> list[str]:
    """Whether the sheets as they are entered now are what the scrutineers have signed."""
    if PAPER_FILE not in board:
        return []
    try:
        poll = Poll(board["manifest.json"])
        signed = read_statement(poll, board[PAPER_FILE].decode(), PaperCount)
    except (ValueError, KeyError, NoteRefused):
        return [f"{PAPER_FILE}：读不出来"]
    return [] if signed == paper_count(poll, papers) else ["纸质票的录入与监票人签署的纸票计数不同"]


def _findings(board: Mapping[str, bytes]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="jiandu-verify-") as folder:
        for name, data in board.items():
            (Path(folder) / name).write_bytes(data)
        return [str(finding) for finding in verify_folder(Path(folder))]
