"""What a checkpoint's file says of itself, without loading its network or torch."""

import json
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError, safe_open

from sshr.errors import CheckpointError
from sshr.network.kinds import config_from_dict
from sshr.zoo.presets import PRESETS, checkpoint_file
from sshr.zoo.scores import read_scores


@dataclass(frozen=True)
class Facts:
    """What a checkpoint's header and the scores beside it say; the weights are not checked.

    Attributes:
        checkpoint: the first eight bytes of its digest.
        key_bytes: of k_pub_s.
        scale_count: numbers for each tile.
        scores: see `read_scores`; None for one that was not measured or is not packaged.
    """

    checkpoint: bytes
    key_bytes: int
    scale_count: int
    scores: dict[str, dict[str, float]] | None


def read_facts(preset: str) -> Facts:
    """The facts of a preset by name, or of a checkpoint by path.

    Raises:
        CheckpointError: unknown preset, missing or foreign file.
    """
    with checkpoint_file(preset) as path:
        try:
            with safe_open(path, "np") as file:
                told: dict[str, Any] = file.metadata() or {}
            checkpoint = bytes.fromhex(told["digest"])[:8]
            config = config_from_dict(json.loads(told["config"]))
        except (OSError, SafetensorError, ValueError, KeyError) as error:
            raise CheckpointError(f"{path}: not a readable checkpoint ({error})") from None
        packaged = preset in PRESETS
        measured = read_scores(path.with_suffix(".json"), checkpoint.hex()) if packaged else None
    return Facts(checkpoint, config.key_dim // 4, config.scale_count, measured)
