"""Whether detectors find what must be found, and nothing where nothing is.

    python benchmarks/detectors.py FOLDER... [--test FOLDER...] [--detector NAME...] --json OUT

Photographs are 256 px centre crops. What must be found is LSB replacement: the lowest bit of a
share of all samples becomes a random one. Printed is P_E in five folds, or in the first `--folds`
of them: for networks, which take minutes to train, one. `--test` are photographs of other folders,
which nothing was trained on: P_E there of what the last fold learned. Nothing: one half of the
photographs against the other, both as they are, in `--repeats` splits. All draws come from seeds.
Detectors of an earlier run stay in the file.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from printing import keep, kept

from sshr.evaluation.detectors.detection import FOLDS, detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, Detector, find_detector
from sshr.evaluation.detectors.protocols import LEAST, Point, noisy_twins
from sshr.evaluation.detectors.scores import Judged
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.types import Rgb8

SIZE = 256


def replaced(cover: Rgb8, share: float, seed: int) -> Rgb8:
    """LSB replacement in so many of the samples."""
    rng = np.random.default_rng(seed)
    bits = cover & 0xFE | rng.integers(0, 2, cover.shape, np.uint8)
    return np.where(rng.random(cover.shape) < share, bits, cover)


def photographs(folders: Sequence[Path], limit: int | None) -> list[Rgb8]:
    """So many of each folder."""
    paths = [path for folder in folders for path, _ in fixed_pairs(folder)[:limit]]
    return [centre_crop(read_image(path).rgb, SIZE) for path in paths]


def told(found: Judged) -> dict[str, float]:
    """What is kept of a judgement."""
    return {name: getattr(found, name) for name in ("p_e", "low", "high", "auc")}


def summed(point: Point) -> dict[str, float]:
    """The means over the splits, and the spread of P_E."""
    ends = {end: fmean(getattr(run, end) for run in point.runs) for end in ("low", "high")}
    return {"p_e": point.p_e, "spread": point.spread, "repeats": len(point.runs), **ends}


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
    parser.add_argument("--test", nargs="*", type=Path, default=[], help="other folders")
    parser.add_argument("--folds", type=int, default=FOLDS, choices=range(1, FOLDS + 1))
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--repeats", type=int, default=20, help="splits; 0: not asked")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    covers = photographs(given.folders, given.limit)
    if len(covers) < (least := LEAST if given.repeats else FOLDS):
        parser.error(f"{len(covers)} photographs, of at least {least}")
    others = photographs(given.test, given.limit)
    rows = kept(given.json).get("rows", {})
    for name in given.detector:
        detector, folds, unseen = find_detector(name), {}, {}
        for share in given.share:
            stegos = [replaced(cover, share, seed) for seed, cover in enumerate(covers)]
            folds[f"{share:g}"] = detection_errors(detector, covers, stegos, given.folds)
            if others:
                changed = [replaced(one, share, len(covers) + i) for i, one in enumerate(others)]
                unseen[f"{share:g}"] = told(
                    Judged.of(detector.score(others), detector.score(changed))
                )
        rows[name] = {
            "photographs": len(covers),
            "replaced": folds,
            "others": len(others),
            "unseen": unseen,
        }
        keep(given.json, rows=rows)
        if given.repeats:
            rows[name]["nothing"] = summed(nothing(detector, covers, given.repeats))
            keep(given.json, rows=rows)
        print(json.dumps(rows[name]), flush=True)


if __name__ == "__main__":
    main()
