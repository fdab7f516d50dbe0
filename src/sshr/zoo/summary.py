"""What `sshr models` says of the packaged checkpoints."""

from importlib.resources import as_file, files
from typing import Any

from sshr.zoo.registry import PRESETS, load_model
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
        with as_file(files("sshr.zoo") / "weights") as folder:
            size = (folder / preset.file).stat().st_size
            scores = read_scores(folder / f"{preset.name}.json", checkpoint)
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
