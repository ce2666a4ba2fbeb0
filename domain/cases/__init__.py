"""The processes of supervision, one folder each: what can be done in a case, what it records, and what follows."""
