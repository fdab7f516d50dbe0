"""The coarse layer's entropy code: integers in, integers out, the same on every machine."""
