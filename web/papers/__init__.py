"""文书 by pages: papers of a case, document numbers, a town's own templates, texts for the group chat."""
