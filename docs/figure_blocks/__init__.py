"""The blocks of measured figures: one function for each, from the committed JSON to Markdown."""

from figure_blocks import (
    app,
    attacks,
    detectors,
    ladder,
    overview,
    protocols,
    rivals,
    robust,
    robust_large,
    robust_libraries,
    robust_places,
    robust_restored,
    robust_seen,
    scores,
    speed,
    table4,
    use,
)
from figure_blocks.base import BLOCKS, RESULTS, WEIGHTS, Figures, MissingError

__all__ = ["BLOCKS", "RESULTS", "WEIGHTS", "Figures", "MissingError"]
__all__ += [
    "app",
    "attacks",
    "detectors",
    "ladder",
    "overview",
    "protocols",
    "rivals",
    "robust",
    "robust_large",
    "robust_libraries",
    "robust_places",
    "robust_restored",
    "robust_seen",
    "scores",
    "speed",
    "table4",
    "use",
]
