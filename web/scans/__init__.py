"""Signed scans of what the staff record on somebody's behalf (代录): kept by their digest, shown to who may."""
