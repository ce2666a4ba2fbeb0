"""Paper: every form, or every subject's counts, is entered twice by two persons; a scrutineer decides what differs.

`entries.py` writes, `trays.py` reads. All functions work in a transaction of `ballotbox.database.in_box`.
"""
