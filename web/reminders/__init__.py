"""Reminders that the staff send: whom, what, not too often, and a log of them; the printed 催办单."""
