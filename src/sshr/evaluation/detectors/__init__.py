"""Detectors without the reference: they tell stegos from photographs."""
