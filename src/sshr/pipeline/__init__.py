"""Conceal, reveal and inspect: the network, the keys and the pictures put together."""
