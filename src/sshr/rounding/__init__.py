"""Noise-shaped rounding: how a sender turns the network's stego into 8-bit samples; numpy alone."""
