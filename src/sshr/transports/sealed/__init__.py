"""The sealed transport: any file, exactly, as integer changes drawn from a noise model."""
