"""The scenario file of a rehearsal: its model, its checks, its loading (interface: shared/scenarios/README.md)."""

from __future__ import annotations

from rehearsal.scenario.loading import load_scenario
from rehearsal.scenario.model import Scenario

__all__ = ["Scenario", "load_scenario"]
