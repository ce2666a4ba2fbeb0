"""Counting again: the verifier's rules over what the board shows, and paper, beside the counts that were told. Pure."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ballotbox.counting import Paths, counted, must_be_opened, unopened, why_unopened
from ballotbox.counts import PollCount
from ballotbox.paper.trays import PaperTray
from ballotbox.polls import PollSetup
from ballotbox.secret.tally import Tally
from ballotbox.secret.verify import verify_folder

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


def _findings(board: Mapping[str, bytes]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="jiandu-verify-") as folder:
        for name, data in board.items():
            (Path(folder) / name).write_bytes(data)
        return [str(finding) for finding in verify_folder(Path(folder))]
