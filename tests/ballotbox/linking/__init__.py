"""The experiment of the missing link: everything that a dishonest administrator could lay hands on, and a linker.

`evidence.py` gathers it: every table of every cluster with `xmin` and `ctid`, the raw files with the WAL, histories,
logs.
`linker.py` tries to say which ballot is whose. `test_control.py` shows that it can, on naive schemas;
`test_no_link.py` that it cannot, on the secret ballot.
"""
