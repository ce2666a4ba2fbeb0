"""The services of the secret ballot: two issuers, the box, the board. Each has a cluster and key files of its own."""
