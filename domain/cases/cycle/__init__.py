"""A town's year: the cases that belong to it, from prior to post supervision."""

from domain.cases.cycle.decider import CycleDecider

DECIDER = CycleDecider()

__all__ = ["DECIDER"]
