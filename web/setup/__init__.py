"""The first-run guide, and the pages of the town's books together."""
