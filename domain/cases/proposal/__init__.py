"""A proposal's case (事前监督): the village's draft, five bodies in their order, and how the work comes along."""

from domain.cases.proposal.decider import ProposalDecider

DECIDER = ProposalDecider()

__all__ = ["DECIDER"]
