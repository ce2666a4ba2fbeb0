"""The deputies' own pages: a personal link and a PIN for the door, and at home what awaits them and what came of it.

This identity has nothing to do with the secret ballot, which has an entrance of its own (docs/ballot-protocol.md): the
pages here only show the way to it.
"""
