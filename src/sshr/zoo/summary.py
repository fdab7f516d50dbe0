"""What `sshr models` says of the packaged checkpoints."""

from typing import Any

from sshr.zoo.presets import PRESETS, checkpoint_file
from sshr.zoo.registry import load_model
from sshr.zoo.scores import read_scores


def summaries() -> list[dict[str, Any]]:
    """One entry per preset: name, purpose, parameters (without AlexNet), file bytes, checkpoint
    and scores by set (None: not measured).

    Raises:
        CheckpointError: a packaged file is missing or corrupted.
    """
    rows = []
    for preset in PRESETS.values():
        loaded = load_model(preset.name, "cpu")
        checkpoint = loaded.digest[:8].hex()
        with checkpoint_file(preset.name) as path:
            size = path.stat().st_size
            scores = read_scores(path.with_suffix(".json"), checkpoint)
        rows.append(
            {
                "name": preset.name,
                "purpose": preset.purpose,
                "parameters": loaded.net.parameter_count(),
                "bytes": size,
                "checkpoint": checkpoint,
                "scores": scores,
            }
        )
    return rows
