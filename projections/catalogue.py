"""All projections of this version of jiandu."""

from __future__ import annotations

from collections.abc import Sequence

from eventstore.subscriber import Subscriber
from projections.cases import Cases
from projections.notices import Notices
from projections.projection import Projection
from projections.projector import Projector
from projections.timeline import Timeline


def projections() -> tuple[Projection, ...]:
    """New projections, each with an empty memory."""
    return (Timeline(), Cases(), Notices())


def projector() -> Projector:
    """What keeps them all up to date, and catches up."""
    return Projector(projections())


def subscribers() -> Sequence[Subscriber]:
    """For `EventStore.open`."""
    return (projector(),)
