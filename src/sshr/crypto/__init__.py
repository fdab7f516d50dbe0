"""Keys, and what turns them into other keys: bytes alone, no pictures."""
