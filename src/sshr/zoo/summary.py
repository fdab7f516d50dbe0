"""What `sshr models` says of the packaged checkpoints."""

from importlib.resources import as_file, files
from typing import Any

from sshr.zoo.registry import PRESETS, load_model


def summaries() -> list[dict[str, Any]]:
    """One entry per preset: name, purpose, parameters (without AlexNet), file bytes, checkpoint.

    Raises:
        CheckpointError: a packaged file is missing or corrupted.
    """
    rows = []
    for preset in PRESETS.values():
        loaded = load_model(preset.name, "cpu")
        with as_file(files("sshr.zoo") / "weights" / preset.file) as path:
            size = path.stat().st_size
        rows.append(
            {
                "name": preset.name,
                "purpose": preset.purpose,
                "parameters": loaded.net.parameter_count(),
                "bytes": size,
                "checkpoint": loaded.digest[:8].hex(),
            }
        )
    return rows
