"""The protocol core of the secret ballot 无记名测评: two blind stamps, sealed envelopes, a public log, a verifier.

No service, page or database here: pure functions and small objects in memory. `docs/ballot-protocol.md` writes the
composition down exactly; `publication.py` writes the folder that `verify.py`, and `docs/verify/verify_ballot.py`
independently of it, check. A poll goes through the modules in this order::

    ceremony ─ issuer (stamps) ↔ phone ─ box ─ log ─ opening ─ tally ─ publication ─ verify
"""
