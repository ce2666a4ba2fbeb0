"""The product as its users have it: started by its command, used by its pages alone."""
