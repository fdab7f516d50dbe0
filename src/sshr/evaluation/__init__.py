"""Measuring what concealing and revealing cost: image metrics and the fixed test pairs."""
