"""The papers of each kind of case: facts, layouts, and when each can be made."""
