"""One process a file: each waits for people and deadlines, asks the domain, and has activities record."""
