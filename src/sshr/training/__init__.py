"""Training: data, losses and a minimal loop."""
