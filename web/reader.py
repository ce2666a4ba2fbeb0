"""Whoever looks, as the reader of messages."""

from __future__ import annotations

from domain.acts import Role
from notices.message import Reader
from web.accounts.concern import Concern
from web.acts.desk import NOBODY_KNOWN


def reader_of(concern: Concern) -> Reader:
    """The reader; while a town has no accounts, whoever is at this machine reads all that roles are told."""
    if concern.roles is None:
        return Reader(NOBODY_KNOWN.id, tuple(role for role in Role if role is not Role.SYSTEM))
    return Reader(concern.person, concern.roles, tuple(concern.villages))
