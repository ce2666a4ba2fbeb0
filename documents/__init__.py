"""Papers in and out: what people fill in and hand over as files, and what the product writes for them."""
