"""Corrections (更正) of recorded events: what may be changed, and the events as they read once corrected.

Nothing recorded is rewritten. A correction is an event that two persons signed; folding a case reads the events it
corrects with their new values, and with them everything that was computed from the old ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from pydantic import JsonValue, ValidationError

from domain.acts import Refusal
from domain.cases.case import Context, Decider, Effect
from domain.events import Event, Recorded, upcast

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)

Changes = Mapping[int, Mapping[str, JsonValue]]
"""By the version of the event: the fields that read otherwise now."""

IDENTITY = frozenset({"year", "proposal_id", "poll_id", "case_id"})
"""Fields that name the case itself; a case under a wrong name is voided and opened anew."""


@runtime_checkable
class Rederiving(Protocol[S_contra]):
    """A decider some of whose events hold what was computed from earlier ones (due dates, ranks)."""

    def rederive(self, state: S_contra, event: Event, context: Context) -> Event:
        """The event as it would have been recorded in `state`, the state before it, with the same facts entered."""
        ...


@runtime_checkable
class FollowsUp(Protocol[S_contra]):
    """A decider that has the world told of a correction otherwise than by the effects of the corrected events."""

    def after_correction(self, state: S_contra) -> list[Effect]:
        """What must follow outside the case when something in it was corrected. `state` is the one after."""
        ...


@runtime_checkable
class EndsOutside(Protocol[S_contra]):
    """A decider whose case has begun something outside it that must end when the case is void."""

    def when_voided(self, state: S_contra) -> list[Effect]:
        """What must follow outside the case when it turns out to have been opened by mistake."""
        ...


def apply_changes(event: Event, changes: Mapping[str, JsonValue]) -> Event:
    """The event with other values. Raises `pydantic.ValidationError` where they do not fit."""
    body: dict[str, Any] = event.body() | dict(changes)
    return upcast(event.type_name, event.schema_version, body)


def as_corrected(recorded: Recorded, changes: Changes) -> Recorded:
    """A recorded event as it reads now."""
    changed = changes.get(recorded.version)
    if not changed:
        return recorded
    return recorded.model_copy(update={"event": apply_changes(recorded.event, changed)})


def merge(earlier: Changes, later: Changes) -> dict[int, dict[str, JsonValue]]:
    """Both corrections, the later one's values where they meet."""
    return {version: {**earlier.get(version, {}), **later.get(version, {})} for version in sorted({*earlier, *later})}


def refuse_unfit(recorded: Recorded, changes: Mapping[str, JsonValue], today: date) -> None:
    """Refuse a correction that its event cannot take.

    Raises `Refusal` `nothing_to_correct`, `unknown_field`, `identity`, `unfit_value` or `in_the_future`.
    """
    event = recorded.event
    where = f"第 {recorded.version} 号事件（{event.type_name}）"
    fields = type(event).model_fields
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise Refusal(
            "unknown_field", f"{where}没有字段 {'、'.join(unknown)}；可更正的字段：{'、'.join(sorted(fields))}。"
        )
    named = sorted(set(changes) & IDENTITY)
    if named:
        raise Refusal("identity", f"字段 {'、'.join(named)} 决定案件编号，不能更正；请将本案作废后重新立案。")
    try:
        corrected = apply_changes(event, changes)
    except ValidationError as error:
        faults = "；".join(
            f"{'.'.join(str(part) for part in fault['loc'])}：{fault['msg']}" for fault in error.errors()
        )
        raise Refusal("unfit_value", f"{where}的更正值不合格式：{faults}。请按原字段的格式填写。") from error
    before, after = getattr(event, "subject", None), getattr(corrected, "subject", None)
    if recorded.version == 0 and getattr(before, "id", before) != getattr(after, "id", after):
        raise Refusal("identity", "对象决定案件编号，不能更正；请将本案作废后重新立案。")
    happened = getattr(corrected, "on", None)
    if isinstance(happened, date) and happened > today:
        raise Refusal("in_the_future", f"更正后的日期 {happened.isoformat()} 在今天之后；请填写实际发生的日期。")
    if corrected == event:
        raise Refusal("nothing_to_correct", f"{where}的更正值与原值相同；请核对后填写需要更正的字段。")


def derive(decider: Decider[S], events: Sequence[Recorded], changes: Changes, context: Context) -> Changes:
    """`changes` with everything that follows from them in later events of the case.

    `events`: the case's own events as recorded. Raises whatever the decider raises where the corrected events no longer
    make a case.
    """
    complete: dict[int, dict[str, JsonValue]] = {}
    state = decider.initial()
    begun = False
    for recorded in events:
        current = as_corrected(recorded, changes)
        begun = begun or recorded.version in changes
        if begun and isinstance(decider, Rederiving):
            fresh = cast("Rederiving[S]", decider).rederive(state, current.event, context)
            current = current.model_copy(update={"event": fresh})
        differing = _difference(recorded.event, current.event)
        if differing:
            complete[recorded.version] = differing
        state = decider.evolve(state, current)
    return complete


def _difference(before: Event, after: Event) -> dict[str, JsonValue]:
    old, new = before.body(), after.body()
    return {name: value for name, value in new.items() if value != old[name]}
