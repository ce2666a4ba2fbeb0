"""The figures of a poll that may be seen while it is held: 应到, 实到, 发出, 收回, phases, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from ballotbox.polls import BoxStatus, Phase
from domain.cases.poll.state import Stage
from domain.policy.document import BallotMode
from web.polls import Poll

_MODES = {BallotMode.PAPER: "纸质票", BallotMode.PHONES: "手机投票", BallotMode.MIXED: "手机和纸质票（混合）"}


_UNREACHABLE = "投票服务暂时连不上，张数不是最新；15 分钟内恢复不了就改用纸质票"


class Step(Enum):
    """The steps that a poll is seen to take, by their words."""

    CALLED = "召集"
    COLLECTING = "领票"
    CASTING = "投票"
    COUNTING = "计票"
    OVER = "结束"


_STEPS = {
    BallotMode.PAPER: (Step.CALLED, Step.CASTING, Step.COUNTING, Step.OVER),
    BallotMode.PHONES: tuple(Step),
    BallotMode.MIXED: tuple(Step),
}


@dataclass(frozen=True)
class Line:
    """A subject's figures. None: not known yet."""

    name: str
    entitled: int
    present: int | None
    issued: int | None
    returned: int | None


@dataclass(frozen=True)
class Figures:
    """All that is shown of a poll while it is held."""

    poll: str
    day: str
    mode: str
    stage: str
    now: Step
    steps: tuple[Step, ...]
    members: int
    """Deputies who may come, recused ones included."""
    present: int | None
    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    """What must be done before the next step, in Chinese."""

    @property
    def issued(self) -> int:
        """Ballots issued over all subjects."""
        return sum(line.issued or 0 for line in self.lines)

    @property
    def returned(self) -> int:
        """Ballots returned over all subjects."""
        return sum(line.returned or 0 for line in self.lines)

    @property
    def over(self) -> bool:
        """Whether nothing changes any more."""
        return self.now is Step.OVER


def figures_of(poll: Poll, status: BoxStatus | None, *, unreachable: bool = False) -> Figures:
    """What may be seen. `status` is None while the poll has no box or it is `unreachable`, and once it is over;
    of a void poll it is asked for what is not destroyed yet.

    Of a poll that was counted nothing more is shown than of one that is held: the result is told in its case.
    """
    state = poll.state
    turnout = {each.subject: each for each in status.turnout} if status is not None and not state.stage.over else {}
    named = {subject.subject: subject.name for series in poll.forms.series for subject in series.subjects}
    lines = []
    for item in state.items:
        attendance, result = state.attendance.get(item.subject), state.results.get(item.subject)
        seen = turnout.get(item.subject)
        lines.append(
            Line(
                name=named[item.subject],
                entitled=item.entitled,
                present=attendance.present if attendance is not None else None,
                issued=seen.issued if seen is not None else attendance.issued if attendance is not None else None,
                returned=seen.returned if seen is not None else result.returned if result is not None else None,
            )
        )
    return Figures(
        poll=state.case_id,
        day=state.day.isoformat() if state.day is not None else "",
        mode=_MODES[state.mode],
        stage=state.stage.label,
        now=_step(state.stage, status),
        steps=_STEPS[state.mode],
        members=max(item.entitled + item.recused for item in state.items),
        present=state.present,
        lines=tuple(lines),
        missing=(_UNREACHABLE,) if unreachable else tuple(_missing(poll, status)),
    )


def _step(stage: Stage, status: BoxStatus | None) -> Step:
    if stage.over:
        return Step.OVER
    if stage is Stage.CALLED:
        return Step.CALLED
    if stage is Stage.CLOSED:
        return Step.COUNTING
    return Step.COLLECTING if status is not None and status.phase is Phase.COLLECTING else Step.CASTING


def _missing(poll: Poll, status: BoxStatus | None) -> Iterable[str]:
    if poll.state.stage is Stage.CALLED:
        yield "清点实到人数，达到法定人数后宣布开始"
    if status is None:
        return
    if poll.state.stage.over:
        yield from status.unfinished if status.phase is Phase.DISCARDED else ()
        return
    if poll.state.mode is BallotMode.MIXED:
        yield from path_warnings(status, poll.policy.ballot.minimum_path)
    yield from status.unfinished


def path_warnings(status: BoxStatus, minimum: int) -> list[str]:
    """While deputies collect in mode `mixed`: what each path in use still lacks of `ballot.minimum_path`.

    A path that nobody uses lacks nothing. What counts is the subject with the fewest: it would not be opened.
    """
    if status.phase is not Phase.COLLECTING:
        return []
    paths = {
        "手机": [each.issued - each.paper for each in status.turnout],
        "纸质票": [each.paper for each in status.turnout],
    }
    fewest = {path: min(numbers) for path, numbers in paths.items() if any(numbers)}
    return [
        f"{path}还差 {minimum - number} 人（每种方式至少 {minimum} 人，否则请都改用同一种方式）"
        for path, number in fewest.items()
        if number < minimum
    ]
