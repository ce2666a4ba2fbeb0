"""A poll's case (民主测评): one meeting, one casting, any number of subjects."""

from domain.cases.poll.decider import PollDecider

DECIDER = PollDecider()

__all__ = ["DECIDER"]
