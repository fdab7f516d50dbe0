"""How often a detector without the reference tells stegos from photographs, at equal payloads.

    python benchmarks/detectability.py FOLDER... [--payload BITS...] [--limit N] [--analog]

Stegos are 256 px centre crops that carry so many random bits a sample: sealed with each kind of
noise, and base-m digits (ternary; 8 values from 1.58 bits on) in as many random samples as that
takes. With `--analog` also those of the analog transport (preset `base`), each with the next
photograph as its secret. `--detector` is one of `sshr evaluate`. Printed: P_E, the mean of false
alarms and misses, and its deviation over the folds; 0.5 is a detector that guesses. All draws come
from seeds. `--only` measures some embeddings anew; the others stay in the file of figures.
"""

import argparse
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from printing import keep, kept_rows

import sshr
from sshr.evaluation.detectors.detection import detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, find_detector
from sshr.evaluation.detectors.ensemble import LEARNERS, SUBSPACE
from sshr.evaluation.methods.classical import embed
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.evaluation.report.tables import error_cell
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

Embed = Callable[[Rgb8, float, int], Rgb8]
SIZE = 256


def sealed(noise: str) -> Embed:
    """The sealed transport with one kind of noise."""

    def seal(cover: Rgb8, payload: float, seed: int) -> Rgb8:
        data = np.random.default_rng(seed).bytes(int(payload * cover.size) // 8)
        draw, keys = random.Random(f"sealed {seed}").randbytes, sshr.Keys(reference_alone=True)
        return sshr.conceal(sshr.Blob(data), cover, keys, "sealed", random=draw, noise=noise).image

    return seal


def base_m(cover: Rgb8, payload: float, seed: int) -> Rgb8:
    """Digits of base 3 or 8 in as many samples as the payload takes."""
    base, rng = 3 if payload <= math.log2(3) else 8, np.random.default_rng(seed)
    digits = rng.integers(0, base, cover.size).astype(np.uint8)
    used = rng.random(cover.shape) < payload / math.log2(base)
    return np.where(used, embed(cover, digits, base), cover)


WAYS: dict[str, Embed] = {
    "base-m": base_m,
    **{f"sealed, {kind.name.lower()}": sealed(kind.name.lower()) for kind in Noise},
}


def analog(covers: Sequence[Rgb8], preset: str) -> Iterator[Rgb8]:
    """Each photograph with the next one concealed in it, header and all."""
    for number, cover in enumerate(covers):
        draw, keys = random.Random(f"analog {number}").randbytes, sshr.Keys(reference_alone=True)
        secret = covers[(number + 1) % len(covers)]
        yield as_rgb(sshr.conceal(secret, cover, keys, random=draw, preset=preset).image)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--payload", nargs="*", type=float, default=[0.1, 0.4, 1.0, 3.0])
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--only", nargs="*", default=[*WAYS], choices=WAYS)
    parser.add_argument("--analog", action="store_true", help="the analog transport too")
    parser.add_argument("--preset", default="base", help="of the analog transport")
    parser.add_argument("--detector", default="spam", choices=DETECTORS)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    detector = find_detector(given.detector)
    paths = [path for folder in given.folders for path, _ in fixed_pairs(folder)[: given.limit]]
    covers = [centre_crop(read_image(path).rgb, SIZE) for path in paths]
    facts = {"photographs": len(covers), "learners": LEARNERS, "subspace": SUBSPACE}
    facts |= {"detector": given.detector}
    rows = {(row["embedding"], row["payload"]): row for row in kept_rows(given.json, facts)}
    print(f"{len(covers)} photographs, {given.detector}\n")
    print("| bits a sample | embedding | stego PSNR | P_E |\n|---|---|---|---|")

    def found(name: str, payload: float | None, stegos: Sequence[Rgb8]) -> None:
        loud = fmean(psnr(*pair) for pair in zip(stegos, covers, strict=True))
        folds = detection_errors(detector, covers, stegos)
        row = {"embedding": name, "payload": payload, "stego_psnr": loud, "folds": folds}
        rows[name, payload] = row
        bits = "a picture" if payload is None else f"{payload:g}"
        print(f"| {bits} | {name} | {loud:.1f} | {error_cell(folds)} |", flush=True)
        keep(given.json, **facts, rows=sorted(rows.values(), key=place))

    for payload in given.payload:
        for name in given.only:
            stegos = [WAYS[name](cover, payload, seed) for seed, cover in enumerate(covers)]
            found(name, payload, stegos)
    if given.analog:
        found(f"analog, {given.preset}", None, [*analog(covers, given.preset)])


def place(row: dict[str, Any]) -> tuple[float, int]:
    """By payload, then as the embeddings are listed; pictures come last."""
    if row["payload"] is None:
        return math.inf, 0
    return row["payload"], [*WAYS].index(row["embedding"])


if __name__ == "__main__":
    main()
