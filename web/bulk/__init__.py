"""One act for many cases: chosen, foreseen, done one by one with ids of their own, resumable."""
