"""What lies in the box on paper, by form: who has typed which, what a person typed, where the two entries differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ballotbox.ballots import Ballot, Difference
from ballotbox.interface import Entry
from domain.cases.poll.forms import FormSeries
from web.count_desk.site import DeskSite
from web.polls import Poll


class Differing(NamedTuple):
    """A form whose two entries differ, and whether a scrutineer has decided all of it."""

    series: FormSeries
    form: int
    decided: bool


def holds(series: FormSeries, subject: str) -> bool:
    """Whether a subject stands on the forms of a series."""
    return any(each.subject == subject for each in series.subjects)


class Tray:
    """The paper of one town's polls, as the desk shows it."""

    def __init__(self, site: DeskSite) -> None:
        self._site = site

    async def typed(self, poll: Poll, series: FormSeries, entry: Entry) -> Mapping[int, str]:
        """Who has typed each form of a series, in one entry."""
        found: dict[int, str] = {}
        for seat in await self._site.desk.seats(poll.key):
            if seat.entry == entry:
                for sheet in await self._site.box.entered(poll.key, entry, seat.person):
                    if holds(series, sheet.subject):
                        found[sheet.sheet_no] = seat.person
        return found

    async def form(self, poll: Poll, series: FormSeries, form: int, entry: Entry, person: str) -> Mapping[str, Ballot]:
        """What a person typed from a form, by subject; empty where they have not typed it."""
        sheets = await self._site.box.entered(poll.key, entry, person)
        return {each.subject: each.ballot for each in sheets if each.sheet_no == form and holds(series, each.subject)}

    async def differing(self, poll: Poll) -> list[Differing]:
        """The forms whose two entries differ, undecided ones first."""
        forms: dict[tuple[str, int], list[Difference]] = {}
        for each in await self._site.box.differences(poll.key):
            series = poll.forms.of_subject(each.subject)
            if series is not None:
                forms.setdefault((series.letter, each.sheet_no), []).append(each)
        found = []
        for (letter, form), differences in forms.items():
            series = poll.forms.of_letter(letter)
            assert series is not None  # it was found by its subject
            found.append(Differing(series, form, all(each.decided is not None for each in differences)))
        return sorted(found, key=lambda each: (each.decided, each.series.letter, each.form))

    async def differences(self, poll: Poll, series: FormSeries, form: int) -> Mapping[str, Difference]:
        """What differs on a form, by subject."""
        return {
            each.subject: each
            for each in await self._site.box.differences(poll.key)
            if each.sheet_no == form and holds(series, each.subject)
        }
