"""The witness's program 见证程序: keeps every state of a poll's log that it was shown, and signs only what grows.

It runs on the witness's own machine and is never served by the box. `sources.py` reads a board or another witness's
folder, `shown.py` checks one state of the log by itself, `comparing.py` two against each other, `state.py` keeps them
durably, `watching.py` is one round of it all.
"""
