"""Every event and every act of the program: importing this module makes all of them known by name."""

from __future__ import annotations

from domain.acts import COMMANDS
from domain.cases.registry import GOVERNED
from domain.events import EVENT_TYPES
from domain.roster.books import BOOKS

__all__ = ["BOOKS", "COMMANDS", "EVENT_TYPES", "GOVERNED"]
