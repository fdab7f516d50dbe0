"""Whole folders: pairing, the work of one pair, and who does it."""
