"""What a town keeps without a process: deputies and posts, policy, calendar, the last places of years before.

Each is one stream of its own, written through a `Book`: pure, like the decider of a case.
"""
