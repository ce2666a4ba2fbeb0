"""Who uses the pages: accounts with roles, passwords, sessions, lock-out.

An account is a person of one town with one role or several; who may do which act is the domain's table (`Command.by`),
which page is whose is `access.py`'s. Passwords and sessions are no events: nothing of them may stay for ever.
"""
