"""The SSHR network (paper section 3), one idea per module; knows nothing of files, keys or training."""
