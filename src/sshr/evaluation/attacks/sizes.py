"""How many pairs attacks take."""

PAIRS = 24
OTHER = 3
"""A case and the third after it share neither secret nor reference, of five pairs at least."""

LEAST = OTHER + 2
