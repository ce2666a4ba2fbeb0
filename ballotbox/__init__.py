"""The secret ballot 无记名测评: issuing, casting, counting, recounting; its own tables, its own database role.

`interface.py` is the box as the other rooms know it, with the words of `polls.py`, `ballots.py`, `counts.py` and
`refusals.py`; `plain/` is a box with one-time tokens. Ballots pass through nothing but this room.
"""
