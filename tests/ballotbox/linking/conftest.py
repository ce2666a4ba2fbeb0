"""The engine of the workflows' tests: the histories of a real Temporal server belong to the evidence."""

from __future__ import annotations

from tests.workflows.conftest import temporal_address

__all__ = ["temporal_address"]
