"""Keys, the session they open, and the header that carries it in a stego's low bits."""
