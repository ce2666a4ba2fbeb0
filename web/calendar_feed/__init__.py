"""Deadlines as a calendar: a month on a page, and a feed that calendar programs subscribe to."""
