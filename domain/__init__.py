"""The rules and decisions of a town's supervision: pure functions, no I/O, no clock, no framework but pydantic."""
