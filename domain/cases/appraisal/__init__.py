"""An appraisal's case (述职测评): report, questions, opinions and their implementation, poll."""

from domain.cases.appraisal.decider import AppraisalDecider

DECIDER = AppraisalDecider()

__all__ = ["DECIDER"]
