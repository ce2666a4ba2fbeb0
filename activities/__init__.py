"""Everything a workflow does to the world."""
