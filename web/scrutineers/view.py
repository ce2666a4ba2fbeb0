"""What scrutineers see of a poll: the steps of their work, how far each is, and what the two teams got out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ballotbox.offices import BoxNumbers
from ballotbox.polls import BoxStatus, Phase
from ballotbox.secret.manifest import Poll as Manifest
from ballotbox.secret.statements import Opened, SetAside, read_statement
from ballotbox.secret.teams import TeamResult
from domain.cases.poll.state import PollState, Stage

REASONS: Mapping[str, str] = {
    "cannot_decrypt": "解不开",
    "not_a_ballot": "内容不是选票",
    "unknown_grade": "有不存在的等次",
    "slice_signature": "签名不符",
    "slice_stamp": "盖章不符",
    "slice_used_before": "与另一信封重复",
}


@dataclass(frozen=True)
class Step:
    """A step of the scrutineers' work."""

    word: str
    done: bool
    detail: str


@dataclass(frozen=True)
class TeamView:
    """What a team got out."""

    team: int
    shares: tuple[int, ...]
    slices: int
    root: tuple[str, ...]
    """Sixteen groups of four characters, to be read aloud; empty for a void poll."""
    set_aside: tuple[SetAside, ...]
    unopened: tuple[str, ...]


@dataclass(frozen=True)
class ScrutineersView:
    """All that the page shows."""

    case_id: str
    event: str
    manifest: str | None
    one_operator: bool
    steps: tuple[Step, ...]
    status: BoxStatus | None
    teams: tuple[TeamView, ...]
    equal: bool | None
    """Whether both teams got the same; None while one is missing."""
    may_open: bool
    may_publish: bool
    may_destroy: bool
    objections: tuple[tuple[str, str, str], ...]
    """Number, reason, and how each was decided."""
    over: bool


def view_of(
    case_id: str,
    state: PollState,
    manifest: Manifest | None,
    status: BoxStatus | None,
    numbers: BoxNumbers | None,
    results: Sequence[TeamResult],
) -> ScrutineersView:
    """The page of a poll. `numbers` are the box's, once it is closed."""
    teams = tuple(_team(manifest, result) for result in results) if manifest is not None else ()
    ended = status is not None and status.phase in (Phase.ENDED, Phase.CLOSED)
    quorum = manifest.manifest.witness_quorum if manifest is not None else 0
    witnessed = numbers is not None and ended and numbers.cosigned >= quorum
    equal = None if len(results) < len((1, 2)) else _equal(results)
    pending = [key for key, objection in state.objections.items() if objection.upheld is None]
    cosigned = numbers.cosigned if numbers is not None else 0
    steps = (
        Step(
            "分发密钥并试开",
            manifest is not None,
            "五张密钥条已发" if manifest else "会前一天用 jiandu ballot set-up 办理",
        ),
        Step("签领结束", status is not None and status.phase is not Phase.COLLECTING, "两方名单签名，盖章密钥销毁"),
        Step("投票结束、封箱", ended, "票箱不再收票"),
        Step("见证人签名", witnessed, f"{cosigned} 名已签，需要 {quorum} 名" if ended else "封箱以后签"),
        Step("第一组开箱", any(team.team == 1 for team in teams), "三名监票人"),
        Step("第二组开箱", any(team.team == len((1, 2)) for team in teams), "至少换一名监票人"),
        Step("两人确认公布", state.stage.over, state.stage.label if state.stage.over else "两组结果一致才能公布"),
        Step(
            "异议处理完毕，销毁", state.destroyed_on is not None, f"待决定的异议 {len(pending)} 件" if pending else ""
        ),
    )
    return ScrutineersView(
        case_id=case_id,
        event=manifest.manifest.event if manifest is not None else case_id,
        manifest=manifest.hash.hex() if manifest is not None else None,
        one_operator=manifest.manifest.one_operator if manifest is not None else False,
        steps=steps,
        status=status,
        teams=teams,
        equal=equal,
        may_open=witnessed and not state.stage.over,
        may_publish=equal is True and not state.stage.over,
        may_destroy=state.stage is Stage.COUNTED and not pending and state.destroyed_on is None,
        objections=tuple(
            (key, each.reason, "尚未决定" if each.upheld is None else "成立" if each.upheld else "不成立")
            for key, each in state.objections.items()
        ),
        over=state.stage.over,
    )


def _team(manifest: Manifest, result: TeamResult) -> TeamView:
    if result.opening is None:
        return TeamView(result.team, (), 0, (), (), ())
    opened = read_statement(manifest, result.opening, Opened)
    root = tuple(opened.slices_root[start : start + 4] for start in range(0, len(opened.slices_root), 4))
    return TeamView(result.team, opened.shares, opened.slices, root, opened.set_aside, opened.unopened)


def _equal(results: Sequence[TeamResult]) -> bool:
    first, second = results
    return (first.lines, first.tally) == (second.lines, second.tally)
