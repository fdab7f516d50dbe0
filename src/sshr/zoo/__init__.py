"""Presets and their checkpoints."""
