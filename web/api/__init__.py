"""The HTTP API: what the pages show and do, for programs, described by OpenAPI."""
