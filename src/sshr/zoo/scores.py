"""Scores that were measured on a packaged checkpoint; they ship beside its weights.

The file says which checkpoint was measured: figures of other weights are not shown.
`benchmarks/record_scores.py` writes it.
"""

import json
from pathlib import Path
from typing import Any

FIGURES = ("stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "sum")
"""Means over a set, through written PNG files: PSNR in dB and SSIM of 8-bit RGB."""


def read_scores(path: Path, checkpoint: str) -> dict[str, dict[str, float]] | None:
    """Pairs and `FIGURES` by set, or None where this checkpoint was not measured.

    Args:
        checkpoint: the first eight bytes of its digest, hexadecimal.
    """
    if not path.exists():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if told["checkpoint"] != checkpoint:
        return None
    sets: dict[str, dict[str, float]] = told["sets"]
    return sets
