"""Papers to print: typst templates filled with data, as PDF/A with real fonts."""
