"""The bodies of `jiandu ballot …`, one file each; `app.py` declares them."""
