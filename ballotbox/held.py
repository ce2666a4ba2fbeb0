"""A poll as an act finds it: its setup, its row, its manifest."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ballotbox import refusals
from ballotbox.database import PollRow
from ballotbox.polls import PollSetup
from ballotbox.secret.manifest import Poll
from domain.policy.document import BallotMode


@lru_cache(maxsize=64)
def parsed(setup: str) -> PollSetup:
    """A setup of its JSON, read once: it never changes, and every act asks for it."""
    return PollSetup.model_validate_json(setup)


class Held(NamedTuple):
    """A poll as an act finds it."""

    setup: PollSetup
    row: PollRow
    manifest: Poll | None
    """None in mode `paper`."""

    @property
    def poll(self) -> Poll:
        """The manifest of a poll on phones. Refused for one that the former box held."""
        if self.manifest is None:
            raise refusals.former_box(self.setup.poll_id)
        return self.manifest

    @property
    def hash(self) -> str:
        """The manifest's hash."""
        return self.poll.hash.hex()

    @property
    def on_paper(self) -> bool:
        """Whether the poll needs no offices."""
        return self.setup.mode is BallotMode.PAPER
