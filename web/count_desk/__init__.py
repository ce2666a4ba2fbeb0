"""The count desk: paper ballots typed twice by two persons, what differs decided by a scrutineer.

An application of its own on its own port: it works when everything of the phones is down. People sign in with a code
for one poll; they see the forms and nothing else of the town.
"""
