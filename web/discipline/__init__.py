"""The discipline office's pages: the board of rectifications, each of them in detail, its export."""
