"""Read models: each a pure fold of the town's log into tables, kept in the append's transaction, rebuilt at will."""

from projections.catalogue import projections, projector, subscribers

__all__ = ["projections", "projector", "subscribers"]
