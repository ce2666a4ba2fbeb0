"""The errors with which a case answers, by their types: what travels through the engine in place of an exception."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from domain.acts import Refusal

REFUSED = "Refused"
"""An act is refused; the details are the refusal's code and message."""

SUPERSEDED = "Superseded"
"""A run ends after recovery has given its case to another."""

STORE_BEHIND = "StoreBehind"
"""The store has lost events that this run recorded: an older database was put in its place."""


def refused(refusal: Refusal) -> ApplicationError:
    """The error by which the engine tells the caller that the act is refused."""
    return ApplicationError(refusal.message, refusal.code, refusal.message, type=REFUSED, non_retryable=True)
