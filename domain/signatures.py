"""Signatures of two persons: who signs when an actor does."""

from __future__ import annotations

from domain.acts import Actor


def signers(actor: Actor) -> frozenset[str]:
    """Everybody who signs when the actor does: a delegate's signature is also the principal's."""
    return frozenset({actor.id} if actor.on_behalf_of is None else {actor.id, actor.on_behalf_of})


def same_person(first: Actor, second: Actor) -> bool:
    """Whether two signatures are in truth one, somebody standing behind both."""
    return bool(signers(first) & signers(second))
