"""A poll on paper as the staff prepare it: what to print, and who sits at the count desk."""
