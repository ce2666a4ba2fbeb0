"""Rehearsal 演练: plays years of a scenario through the cases of production, on virtual time, apart from real data."""
