"""Pages of the town's working days: a year as a table, its announced arrangement, and how a date was counted."""
