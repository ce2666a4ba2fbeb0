"""All acts of the cases as forms: what can be done, with which fields, what will follow, and the doing of it.

Nothing here knows an act by itself: forms are made from the domain's commands, what follows from its deciders.
"""
