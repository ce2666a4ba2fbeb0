"""All streams without a process, by name."""

from __future__ import annotations

from typing import Any

from domain.roster.book import Book
from domain.roster.history import History
from domain.roster.roster import Roster
from domain.roster.standing import CalendarBook, PolicyBook
from domain.roster.town import TownBook

ROSTER = Roster()
HISTORY = History()
POLICY = PolicyBook()
CALENDAR = CalendarBook()
TOWN = TownBook()

BOOKS: dict[str, Book[Any]] = {book.stream: book for book in (ROSTER, HISTORY, POLICY, CALENDAR, TOWN)}
