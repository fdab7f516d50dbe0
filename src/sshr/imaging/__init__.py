"""Pictures and files: reading, writing, cutting into tiles, fitting one size into another."""
