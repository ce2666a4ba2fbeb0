"""The bodies of the `jiandu` command's subcommands, one file each; `cli.py` declares them and calls them."""
