"""A poll while it is held: phases and how many, for the staff and for the hall. Never who, never how."""
