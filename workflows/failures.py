"""The errors with which a case answers, by their types: what travels through the engine in place of an exception."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from domain.acts import Refusal
from domain.cases.dry_run import Unfoldable

REFUSED = "Refused"
"""An act is refused; the details are the refusal's code and message."""

SUPERSEDED = "Superseded"
"""A run ends after recovery has given its case to another."""

STORE_BEHIND = "StoreBehind"
"""The store has lost events that this run recorded: an older database was put in its place."""

UNFOLDABLE = "Unfoldable"
"""The program could not have read again what an act would record; nothing was recorded."""


def refused(refusal: Refusal) -> ApplicationError:
    """The error by which the engine tells the caller that the act is refused."""
    return ApplicationError(refusal.message, refusal.code, refusal.message, type=REFUSED, non_retryable=True)


def unfoldable(fault: Unfoldable) -> ApplicationError:
    """The error by which the caller learns that the program is at fault, and that nothing was recorded."""
    return ApplicationError(f"程序错误，未作任何登记，请联系运维人员：{fault}", type=UNFOLDABLE, non_retryable=True)
