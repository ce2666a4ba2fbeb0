"""What the product stands on: settings, logging, tracing, embedded PostgreSQL and Temporal, supervisor."""
