"""公示栏: what the town has published, for everybody; nothing that no event has made public."""
