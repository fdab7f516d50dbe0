"""How often a detector without the reference tells robust stegos from photographs.

    python benchmarks/robust_detectability.py FOLDER... [--limit N] [--detector spam] [--json OUT]

Stegos are central squares of 256 px whose layers hold random bits, as those of every sender seem
to; nothing of the network is on top. Printed for each design and PSNR: P_E of the detector as in
`detectability.py` (the mean of false alarms and misses, 0.5: it guesses), and that of one number
that nobody has trained: how much larger steps of the luma are across the edges of blocks than
beside them, with the threshold that errs least on these very pictures.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from printing import keep

from sshr.evaluation.detectors.detection import detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, find_detector
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.evaluation.report.tables import error_cell
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.robust.blocks import levels
from sshr.transports.robust.layers import Ground
from sshr.types import Rgb8

SIZE = 256
KINDS = (("messenger", 44.0), ("messenger", 40.6), ("harsh", 44.0), ("harsh", 40.6))


def stego(cover: Rgb8, design: str, level: float, seed: int) -> Rgb8:
    """A stego of random bits."""
    ground = Ground.of(cover, design, level, False)
    bits = np.random.default_rng(seed).integers(0, 2, ground.plan.zero.shape).astype(bool)
    return ground.picture(bits)


def edges(picture: Rgb8, side: int) -> float:
    """Mean step across edges of blocks of a picture, against that beside them."""
    plane, ratios = levels(picture), []
    for each in (plane, plane.T):
        steps = np.abs(np.diff(each, axis=0)).mean(axis=1)
        at = np.arange(1, len(steps) + 1) % side == 0
        ratios.append(float(steps[at].mean() / steps[~at].mean()))
    return fmean(ratios)


def least_error(innocent: Sequence[float], guilty: Sequence[float]) -> float:
    """Of the best threshold on a number, whichever way it points: false alarms and misses, mean."""
    values: NDArray[np.float64] = np.array([*innocent, *guilty])
    hit = np.array([0.0] * len(innocent) + [1.0] * len(guilty))[np.argsort(values, kind="stable")]
    missed = np.concatenate([[0.0], np.cumsum(hit)]) / len(guilty)
    alarms = 1 - np.concatenate([[0.0], np.cumsum(1 - hit)]) / len(innocent)
    errors = (missed + alarms) / 2
    return float(min(errors.min(), 1 - errors.max()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--detector", default="spam", help=", ".join(DETECTORS))
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    detector, rows = find_detector(given.detector), []
    paths = [path for folder in given.folders for path, _ in fixed_pairs(folder)[: given.limit]]
    covers = [centre_crop(read_image(path).rgb, SIZE) for path in paths]
    print(f"{len(covers)} photographs, {given.detector}\n")
    print("| design | stego PSNR | P_E | edges of blocks, 8 | 16 |\n|---|---|---|---|---|")
    for design, level in KINDS:
        stegos = [stego(cover, design, level, seed) for seed, cover in enumerate(covers)]
        loud = fmean(psnr(*pair) for pair in zip(stegos, covers, strict=True))
        folds = detection_errors(detector, covers, stegos)
        looks = {
            side: least_error(*([edges(one, side) for one in many] for many in (covers, stegos)))
            for side in (8, 16)
        }
        row = {"design": design, "level": level, "stego_psnr": loud, "folds": folds}
        rows.append(row | {f"edges_{side}": error for side, error in looks.items()})
        print(f"| {design} | {loud:.1f} | {error_cell(folds)} | {looks[8]:.3f} | {looks[16]:.3f} |")
    keep(given.json, photographs=len(covers), detector=given.detector, rows=rows)


if __name__ == "__main__":
    main()
