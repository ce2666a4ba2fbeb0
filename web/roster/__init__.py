"""Pages of the roster: lists, and a file from upload through preview to entry, which can be undone."""
