"""What a checkpoint's file and the scores beside it say, without loading its network or torch.

Scores were measured on packaged weights and ship beside them; `benchmarks/results.py` writes them.
The file says which checkpoint was measured: figures of other weights are not shown.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from sshr.errors import CheckpointError
from sshr.files.names import reason
from sshr.network.constants import KEYS_PER_BYTE
from sshr.network.kinds import NetworkConfig, config_from_dict, kind_name, kind_named
from sshr.zoo.presets import PRESETS, checkpoint_file, is_exported

FIGURES = ("stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "sum")
"""Means over a set, through written PNG files: PSNR in dB and SSIM of 8-bit RGB."""

Scores = dict[str, dict[str, float]]
"""Pairs and `FIGURES` by set."""


@dataclass(frozen=True)
class Facts:
    """What a checkpoint's header and the scores beside it say; the weights are not checked.

    Attributes:
        checkpoint: the first eight bytes of its digest.
        config: of its network.
        parameters: without the frozen AlexNet features.
        file_bytes: size of the file.
        scores: None for a checkpoint that was not measured or is not packaged.
    """

    checkpoint: bytes
    config: NetworkConfig
    parameters: int
    file_bytes: int
    scores: Scores | None

    @property
    def key_bytes(self) -> int:
        """Of k_pub_s."""
        return self.config.key_dim // KEYS_PER_BYTE

    @property
    def scale_count(self) -> int:
        """Numbers for each tile."""
        return self.config.scale_count


def read_facts(preset: str) -> Facts:
    """The facts of a preset by name, of a checkpoint or of an exported folder by path.

    Raises:
        CheckpointError: unknown preset, missing or foreign file.
    """
    if is_exported(preset):
        return _read_exported(Path(preset))
    with checkpoint_file(preset) as path:
        try:
            with safe_open(path, "np") as file:
                told: dict[str, Any] = file.metadata() or {}
                sizes = {n: math.prod(file.get_slice(n).get_shape()) for n in file.keys()}  # noqa: SIM118
            checkpoint = bytes.fromhex(told["digest"])[:8]
            config = config_from_dict(json.loads(told["config"]))
            size = path.stat().st_size
        except (OSError, SafetensorError, ValueError, KeyError, RecursionError) as error:
            raise CheckpointError(f"{path}: not a readable checkpoint ({reason(error)})") from None
        scores = None
        if preset in PRESETS:
            scores = read_scores(path.with_suffix(".json"), checkpoint.hex())
    measured = kind_named(kind_name(config)).measured
    own = [n for n in sizes if n not in measured and not n.startswith("features.")]
    parameters = sum(sizes[name] for name in own)
    return Facts(checkpoint, config, parameters, size, scores)


def _read_exported(folder: Path) -> Facts:
    from sshr.inference.graphs import Graphs

    graphs = Graphs(folder)
    config = graphs.read_config()
    size = sum(path.stat().st_size for path in folder.glob("*.onnx"))
    return Facts(graphs.digest[:8], config, graphs.parameters, size, None)


def read_scores(path: Path, checkpoint: str) -> Scores | None:
    """The scores in a file, or None where this checkpoint was not measured.

    Args:
        checkpoint: the first eight bytes of its digest, hexadecimal.
    """
    if not path.exists():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if told["checkpoint"] != checkpoint:
        return None
    sets: Scores = told["sets"]
    return sets


def preset_of(checkpoint_id: bytes) -> str | None:
    """The preset whose packaged checkpoint a stego names by these eight bytes, if there is one."""
    for name in PRESETS:
        try:
            if read_facts(name).checkpoint == checkpoint_id:
                return name
        except CheckpointError:
            continue
    return None


def summaries() -> list[dict[str, Any]]:
    """What `sshr models` says of each preset: name, purpose, parameters (without AlexNet), bytes,
    checkpoint and scores by set (None: not measured).

    Raises:
        CheckpointError: a packaged file is missing or foreign.
    """
    found = ((name, purpose, read_facts(name)) for name, purpose in PRESETS.items())
    return [
        {
            "name": name,
            "purpose": purpose,
            "parameters": facts.parameters,
            "bytes": facts.file_bytes,
            "checkpoint": facts.checkpoint.hex(),
            "scores": facts.scores,
        }
        for name, purpose, facts in found
    ]
