"""The event store: one append-only, hash-chained log a town in PostgreSQL. The truth; everything else can be lost."""
