"""Whether one state of a log extends another: the first differing or missing leaf is named."""

from __future__ import annotations

from typing import NamedTuple

from ballotbox.witness.alarms import AlarmKind
from ballotbox.witness.shown import Shown


class Difference(NamedTuple):
    """Two states that cannot be of one log that only grows. `leaf` is the first differing or missing one."""

    kind: AlarmKind
    leaf: int
    message: str


def first_difference(one: Shown, other: Shown) -> int | None:
    """The first leaf that both have and that differs."""
    return next((i for i, (a, b) in enumerate(zip(one.hashes, other.hashes, strict=False)) if a != b), None)


def against_kept(kept: Shown, shown: Shown) -> Difference | None:
    """Whether the log has done anything but grow since `kept`."""
    leaf = first_difference(kept, shown)
    if leaf is not None:
        return Difference(AlarmKind.CHANGED, leaf, f"第 {leaf} 条与先前保存的不同：票册被改写或调换")
    if shown.size < kept.size:
        return Difference(
            AlarmKind.SHRUNK,
            shown.size,
            f"票册变短了：先前有 {kept.size} 条，现在只有 {shown.size} 条，从第 {shown.size} 条起缺失",
        )
    return None


def against_peer(mine: Shown, peer: Shown) -> Difference | None:
    """Whether another witness was shown another log. One may simply have looked later."""
    leaf = first_difference(mine, peer)
    if leaf is None:
        return None
    return Difference(AlarmKind.FORKED, leaf, f"另一名见证人看到的是另一份票册：从第 {leaf} 条起不同")
