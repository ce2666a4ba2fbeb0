"""A plain ballot box: one-time tokens in the town's PostgreSQL. It counts rightly, and is secret to outsiders only.

What it gives: at most one ballot a deputy and subject; a used token stays used; the same ballot again has the same
receipt and another one is refused; nothing is counted before the close; the counts can be recomputed from the ballots.

What it does **not** give, and the secret ballot will:

- Who runs the program or the database can watch a token being given to a deputy and the ballot that comes with it. No
  table links them, and rows are rewritten in another order when casting begins and when the box is closed; but until
  then PostgreSQL's row order (`xmin`, `ctid`) does, and dead rows, the WAL and backups keep it for longer.
- Who can write in the database can add, change or drop ballots together with the published counts, and `verify` then
  finds nothing. There is no log that others hold, and no stamp of a second office.
- Marks are stored in the clear until the count: who reads the tables of an open poll reads grades.
- A deputy cannot find their own ballot in the count; the receipt proves that a ballot was taken, to the deputy alone.
- A deputy who shows token and receipt can prove their vote.

Tables (schema `ballotbox`, role `jiandu_ballotbox`, made by `migrations/`), all by town and poll:

- `poll`: setup, phase, and the published counts once there are some.
- `issue`: which deputy was given a ballot on which subject; neither token nor path.
- `paper_forms`: how many of a subject's ballots were given as paper forms in mode `mixed`.
- `token`: the hashes of the tokens given for a subject.
- `casting`: the hashes of the tokens used, with their receipts. A receipt is a MAC of the ballot under the token, so it
  tells nothing about the ballot to anyone who has not the token.
- `ballot`: the marks, each under a random number.
- `paper_sheet`, `counted_rows`: what two persons entered from paper.
"""

from ballotbox.plain.box import PlainBallotBox

__all__ = ["PlainBallotBox"]
