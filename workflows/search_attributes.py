"""By what the engine's own lists can be searched. Few, since a SQL visibility store has ten keyword slots."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.cases.case import CaseFacts, end_of

TOWN = SearchAttributeKey.for_keyword("JianduTown")
YEAR = SearchAttributeKey.for_int("JianduYear")
STAGE = SearchAttributeKey.for_keyword("JianduStage")
SUBJECT = SearchAttributeKey.for_keyword("JianduSubject")
DUE = SearchAttributeKey.for_datetime("JianduDue")


def at_start(town: str) -> TypedSearchAttributes:
    """With what a case's workflow is started; the rest follows from its first event."""
    return TypedSearchAttributes([SearchAttributePair(TOWN, town)])


def facts_pairs(facts: CaseFacts) -> list[SearchAttributePair[Any]]:
    """Year, stage, subject and due date as far as the case has them; a due date is the end of its day."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(YEAR, facts.year),
        SearchAttributePair(STAGE, facts.stage),
    ]
    if facts.subject is not None:
        pairs.append(SearchAttributePair(SUBJECT, facts.subject))
    if facts.due is not None:
        pairs.append(SearchAttributePair(DUE, end_of(facts.due)))
    return pairs
