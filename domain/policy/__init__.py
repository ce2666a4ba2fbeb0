"""The policy of a town: every rule that may differ from place to place, as one versioned, validated document."""
