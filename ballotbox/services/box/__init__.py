"""The box as a service: envelopes in a database cluster of its own, the log's appender, the board's files."""
