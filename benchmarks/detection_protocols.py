"""How often a detector errs, by what it knows: leaked pairs, noisy twins, or other stegos.

    python benchmarks/detection_protocols.py FOLDER... [--pairs N...] [--detector NAME]

Stegos are 256 px centre crops: sealed with each kind of noise at `--payload` bits a sample, and the
analog transport (presets `base` and `paper`) and the robust one with the next photograph as secret;
those that `--only` names, or all but the last two. See `sshr.evaluation.detectors.protocols`:
trained on so many leaked pairs and tested on the third that is kept back; trained and tested on
stegos of one half of the photographs against the other half with honest noise, of the same model
and level (the others: Gaussian of the same PSNR); and trained on LSB matching of 0.4 bits a sample
in every second photograph, and tested on the others. The first two `--repeats` times. All draws
come from seeds. With `--json` a run can be split by stegos and by protocols.
"""

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from printing import keep, kept_rows

import sshr
from sshr.evaluation.detectors.detector import DETECTORS, Detector, find_detector
from sshr.evaluation.detectors.protocols import LEAST, Point, elsewhere, leaked_pairs, noisy_twins
from sshr.evaluation.detectors.twins import gaussian, model_noise
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.sealed.embedding import info_of
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

SIZE = 256
KEYS = sshr.Keys(reference_alone=True)
ELSEWHERE = 0.4
ASKED = ("leaked", "twins", "elsewhere")
USUAL = (*(f"sealed, {kind.name.lower()}" for kind in Noise), "analog, base")


def sealed(covers: Sequence[Rgb8], noise: Noise, payload: float) -> Iterator[tuple[Rgb8, Rgb8]]:
    """Each photograph with random bytes in it, and with the same noise and nothing in it."""
    for seed, cover in enumerate(covers):
        data = np.random.default_rng(seed).bytes(int(payload * cover.size) // 8)
        draw, kind = random.Random(f"sealed {seed}").randbytes, noise.name.lower()
        made = sshr.conceal(sshr.Blob(data), cover, KEYS, "sealed", random=draw, noise=kind)
        base = info_of(made.header.reopen(made.made.samples).metadata).base
        twin = model_noise(made.cover.samples, noise, base, seed)
        yield as_rgb(made.image), as_rgb(made.cover.stego(twin))


def pictures(covers: Sequence[Rgb8], transport: str, **options: Any) -> Iterator[tuple[Rgb8, Rgb8]]:
    """Each photograph with the next one in it, and with Gaussian noise."""
    for seed, cover in enumerate(covers):
        draw = random.Random(f"{transport} {seed}").randbytes
        secret = covers[(seed + 1) % len(covers)]
        made = as_rgb(sshr.conceal(secret, cover, KEYS, transport, random=draw, **options).image)
        yield made, gaussian(cover, psnr(made, cover), seed)


def matched(cover: Rgb8, seed: int) -> Rgb8:
    """LSB matching: a sample whose lowest bit is wrong moves by one level, up or down."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(cover.shape) < ELSEWHERE / 2
    step = np.where(rng.random(cover.shape) < 0.5, 1, -1)
    step = np.where(cover == 0, 1, np.where(cover == 255, -1, step))
    return (cover + wrong * step).astype(np.uint8)


def told(point: Point) -> dict[str, Any]:
    """A point as a record: means over its runs, and the spread of P_E."""
    found = {"pairs": point.pairs, "p_e": point.p_e, "spread": point.spread}
    for name in ("low", "high", "auc"):
        found[name] = fmean(getattr(run, name) for run in point.runs)
    return found


def ways(covers: Sequence[Rgb8], payload: float) -> dict[str, Iterator[tuple[Rgb8, Rgb8]]]:
    """All stegos with their twins, by name."""
    found = {f"sealed, {kind.name.lower()}": sealed(covers, kind, payload) for kind in Noise}
    found["analog, base"] = pictures(covers, "analog")
    found["analog, paper"] = pictures(covers, "analog", preset="paper")
    return found | {"robust": pictures(covers, "robust")}


def asked(
    given: argparse.Namespace,
    detector: Detector,
    covers: Sequence[Rgb8],
    stegos: Sequence[Rgb8],
    twins: Sequence[Rgb8],
) -> dict[str, Any]:
    """What a detector finds of stegos, by protocol."""

    def make() -> Detector:
        """The same one: it learns anew each time, and keeps the features that it knows."""
        return detector

    found: dict[str, Any] = {}
    if "leaked" in given.ask:
        points = leaked_pairs(make, covers, stegos, given.pairs, given.repeats)
        found["leaked"] = [told(point) for point in points]
    if "twins" in given.ask:
        point = noisy_twins(
            make, covers, lambda _, i: stegos[i], lambda _, i: twins[i], given.repeats
        )
        found["twins"] = told(point)
    if "elsewhere" in given.ask:
        school, tested = covers[::2], covers[1::2]
        others = [matched(cover, seed) for seed, cover in enumerate(school)]
        point = elsewhere(make, school, others, tested, stegos[1::2])
        found["elsewhere"] = told(point)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pairs", nargs="*", type=int, default=[10, 30, 100])
    parser.add_argument("--payload", type=float, default=1.0, help="bits a sample, sealed")
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--only", nargs="*", choices=[*ways([], 1)], help="of the stegos")
    parser.add_argument("--ask", nargs="*", default=ASKED, choices=ASKED, help="protocols")
    parser.add_argument("--detector", default="spam", choices=DETECTORS)
    parser.add_argument("--repeats", type=int, default=3, help="splits of the photographs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    paths = [path for folder in given.folders for path, _ in fixed_pairs(folder)[: given.limit]]
    covers = [centre_crop(read_image(path).rgb, SIZE) for path in paths]
    leaked = given.pairs if "leaked" in given.ask else []
    if len(covers) < LEAST or not all(0 < one <= len(covers) - len(covers) // 3 for one in leaked):
        parser.error(f"{leaked} leaked pairs of {len(covers)} photographs, of at least {LEAST}")
    detector, made = find_detector(given.detector), ways(covers, given.payload)
    facts = {"photographs": len(covers), "detector": given.detector, "payload": given.payload}
    facts |= {"repeats": given.repeats, "elsewhere": ELSEWHERE}
    rows = {row["embedding"]: row for row in kept_rows(given.json, facts)}
    print(f"{len(covers)} photographs, {given.detector}\n")
    for name in given.only or USUAL:
        stegos, twins = zip(*made[name], strict=True)
        loud = fmean(psnr(*pair) for pair in zip(stegos, covers, strict=True))
        found = asked(given, detector, covers, stegos, twins)
        same = name in rows and math.isclose(rows[name]["stego_psnr"], loud, abs_tol=1e-6)
        told_before = rows[name] if same else {"embedding": name, "stego_psnr": loud}
        rows[name] = told_before | found
        parts = [*found.get("leaked", []), *(found[one] for one in ASKED[1:] if one in found)]
        figures = ", ".join(f"{part['p_e']:.3f} ({part['auc']:.2f})" for part in parts)
        print(f"{name}, {loud:.1f} dB: {figures}", flush=True)
        keep(given.json, **facts, rows=[*rows.values()])


if __name__ == "__main__":
    main()
