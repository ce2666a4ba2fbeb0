"""What a filled form or file would do: all its acts foreseen, before anything is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from documents.score_sheets import Filled, changes_of
from domain.acts import Actor, Refusal
from domain.cases.case import CaseKind
from projections.year_end import YearFigures, figures_of
from web.acts.counter import Counter
from web.yearend.batch import MAX_ACTS, foresee_all, new_batch, written
from web.yearend.changes import Change, changed


@dataclass(frozen=True)
class Plan:
    """Acts that may be confirmed, and what they change."""

    batch: str
    acts: str
    """As the confirming form carries them."""
    count: int
    changes: list[Change]


async def plan_of(counter: Counter, figures: YearFigures, filled: Filled, actor: Actor) -> Plan | None:
    """The plan; None where nothing would change. Raises `Refusal` of the first act that would be refused."""
    acts = changes_of(figures, filled)
    standing = await counter.standing(CaseKind.ASSESSMENT, str(figures.year))
    if not acts or standing is None:
        return None
    if len(acts) > MAX_ACTS:
        raise Refusal("too_many", f"一次最多办理 {MAX_ACTS} 项，现有 {len(acts)} 项，请分几次。")
    after = figures_of(foresee_all(counter, standing, acts, actor).state, standing.context.policy)
    return Plan(new_batch(), written(acts), len(acts), changed(figures, after, acts))
