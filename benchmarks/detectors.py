"""Whether detectors find what must be found, and nothing where nothing is.

    python benchmarks/detectors.py FOLDER... [--detector NAME...] [--limit N] --json OUT

Photographs are 256 px centre crops. What must be found is LSB replacement: the lowest bit of a
share of all samples becomes a random one. Printed is P_E in five folds. Nothing: one half of the
photographs against the other, both as they are, in `--repeats` splits. All draws come from seeds.
Detectors of an earlier run stay in the file.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from printing import keep

from sshr.evaluation.detectors.detection import detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, Detector, find_detector
from sshr.evaluation.detectors.protocols import Point, noisy_twins
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.types import Rgb8

SIZE = 256


def replaced(cover: Rgb8, share: float, seed: int) -> Rgb8:
    """LSB replacement in so many of the samples."""
    rng = np.random.default_rng(seed)
    bits = cover & 0xFE | rng.integers(0, 2, cover.shape, np.uint8)
    return np.where(rng.random(cover.shape) < share, bits, cover)


def nothing(detector: Detector, covers: Sequence[Rgb8], repeats: int) -> Point:
    """Photographs against other photographs."""
    return noisy_twins(
        lambda: detector, covers, lambda cover, _: cover, lambda cover, _: cover, repeats
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument(
        "--detector", nargs="*", default=["spam", "srmq1", "srm"], choices=DETECTORS
    )
    parser.add_argument("--share", nargs="*", type=float, default=[0.1, 1.0], help="bits a sample")
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--repeats", type=int, default=20, help="splits of the photographs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    paths = [path for folder in given.folders for path, _ in fixed_pairs(folder)[: given.limit]]
    covers = [centre_crop(read_image(path).rgb, SIZE) for path in paths]
    told = json.loads(given.json.read_text()) if given.json and given.json.exists() else {}
    rows = told.get("rows", {})
    for name in given.detector:
        detector, folds = find_detector(name), {}
        for share in given.share:
            stegos = [replaced(cover, share, seed) for seed, cover in enumerate(covers)]
            folds[f"{share:g}"] = detection_errors(detector, covers, stegos)
        none = nothing(detector, covers, given.repeats)
        rows[name] = {
            "photographs": len(covers),
            "replaced": folds,
            "nothing": {"p_e": none.p_e, "spread": none.spread, "repeats": len(none.runs)},
        }
        figures = ", ".join(f"{share}: {fmean(found):.3f}" for share, found in folds.items())
        print(f"{name}: {figures}; nothing: {none.p_e:.3f} ± {none.spread:.3f}", flush=True)
        keep(given.json, rows=rows)


if __name__ == "__main__":
    main()
