"""By what the engine's own lists can be searched. Few, since a SQL visibility store has ten keyword slots."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.cases.case import CaseFacts, start_of

TOWN = SearchAttributeKey.for_keyword("JianduTown")
YEAR = SearchAttributeKey.for_int("JianduYear")
STAGE = SearchAttributeKey.for_keyword("JianduStage")
SUBJECT = SearchAttributeKey.for_keyword("JianduSubject")
DUE = SearchAttributeKey.for_datetime("JianduDue")


def attributes(town: str, facts: CaseFacts | None) -> TypedSearchAttributes:
    """The attributes of a case with which its workflow is started."""
    pairs: list[SearchAttributePair[object]] = [SearchAttributePair(TOWN, town)]  # type: ignore[list-item]
    return TypedSearchAttributes(pairs if facts is None else [*pairs, *facts_pairs(facts)])  # type: ignore[arg-type]


def facts_pairs(facts: CaseFacts) -> list[SearchAttributePair[object]]:
    """Year, stage, subject and due date as far as the case has them; a due date is the end of its day."""
    pairs: list[object] = [SearchAttributePair(YEAR, facts.year), SearchAttributePair(STAGE, facts.stage)]
    if facts.subject is not None:
        pairs.append(SearchAttributePair(SUBJECT, facts.subject))
    if facts.due is not None:
        pairs.append(SearchAttributePair(DUE, start_of(facts.due) + timedelta(days=1)))
    return pairs  # type: ignore[return-value]
