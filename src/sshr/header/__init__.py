"""The header: what a stego tells its receiver, and where its bits lie in the picture."""
