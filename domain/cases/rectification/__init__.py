"""A rectification's case (限期整改): from the notice to the re-vote, with its due dates."""

from domain.cases.rectification.decider import RectificationDecider

DECIDER = RectificationDecider()

__all__ = ["DECIDER"]
