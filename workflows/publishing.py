"""What a case shows of itself in the engine's own pages and lists."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseFacts
    from workflows.search_attributes import facts_pairs


def publish(facts: CaseFacts, shown: list[SearchAttributePair[Any]]) -> list[SearchAttributePair[Any]]:
    """Bring search attributes and readable details up to date. `shown`: what was, returned: what is shown now."""
    pairs: list[SearchAttributePair[Any]] = list(facts_pairs(facts))
    updates = [pair.key.value_set(pair.value) for pair in pairs if pair not in shown]
    kept = {pair.key.name for pair in pairs}
    updates += [pair.key.value_unset() for pair in shown if pair.key.name not in kept]
    if updates:
        workflow.upsert_search_attributes(updates)
    lines = [f"**{facts.title}**", f"stage: {facts.stage}", f"due: {facts.due or '-'}"]
    workflow.set_current_details("\n\n".join(lines))
    return pairs
