"""The SSHR network (paper section 3), one idea per module; no files, keys or training."""
