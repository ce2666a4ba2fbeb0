"""The year-end assessment (双百分考核): scores, ranking, publicity, objections, and the veto (一票否决)."""

from domain.cases.assessment.decider import AssessmentDecider

DECIDER = AssessmentDecider()

__all__ = ["DECIDER"]
