"""The feed: deadlines as all-day events with alarms, as RFC 5545 writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from web.calendar_feed.deadlines import Entry
from web.site import Site

_ALARMS = (timedelta(hours=-16), timedelta(hours=8))
"""From the start of the day: at eight on the day before, and at eight on the day itself."""
_REFRESH = timedelta(hours=6)


def calendar_bytes(site: Site, entries: Sequence[Entry], origin: str, now: datetime) -> bytes:
    """The calendar file. `origin`: where the pages are, as the subscriber reaches them."""
    from icalendar import Alarm, Calendar, Event  # loaded where a feed is fetched, not at every start

    calendar = Calendar()
    calendar.add("prodid", "-//jiandu//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{site.town_name}监督期限")
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@{site.town}.jiandu")
        event.add("dtstamp", now)
        event.add("summary", entry.words)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("description", f"{entry.light.word}。案号 {entry.row.case_id}")
        event.add("url", f"{origin}{entry.row.path}")
        event.add("transp", "TRANSPARENT")
        for trigger in _ALARMS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", entry.words)
            alarm.add("trigger", trigger)
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
