"""How alike the keys k_sym of a set are, and what wrong ones reveal, checks bypassed.

    python benchmarks/keys.py FOLDER [FOLDER...] [--preset paper] [--limit N] [--json OUT]

Cosines are those between the k_sym of any two of the fixed pairs. Then another key stands in the
place of k_sym, all else being the receiver's: another pair's, k_pub_s itself, a constant (0, 1 or
the mean size of k_sym's elements), and Gaussian noise with k_sym's mean and deviation; preset
`base` is given the right session key too, so nothing but k_sym is left to stop it. PSNR of 8-bit
RGB pictures with the secret, in dB above the secret's own mean grey and above its mean colour: the
best that pictures without content can do. `worst` is the pair of which most is seen.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import get_args

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError, UsageError
from sshr.evaluation.attacks.attack import Attack, KeyGuess, run_attack
from sshr.evaluation.attacks.scores import score
from sshr.evaluation.attacks.suite import LEAST, OTHER
from sshr.evaluation.concealed import ConcealedPair, conceal_pair
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8
from sshr.zoo.registry import load_model

PRESETS = ("paper", "base")
GUESSES: tuple[KeyGuess, ...] = get_args(KeyGuess)
"""`right` first, for comparison."""


@dataclass(frozen=True)
class Cosines:
    """Between the k_sym of any two pairs."""

    keys: int
    mean_absolute: float
    max_absolute: float
    max: float


@dataclass(frozen=True)
class Above:
    """dB over all pairs: the mean, and the pair of which most is seen."""

    mean: float
    worst: float


@dataclass(frozen=True)
class Row:
    """What one key in the place of k_sym reveals."""

    key: str
    psnr: float
    ssim: float
    grey_ssim: float
    over_grey: Above
    over_colour: Above


@dataclass(frozen=True)
class Result:
    """One preset on one folder."""

    preset: str
    checkpoint: str
    folder: str
    pairs: int
    cosines: Cosines
    rows: list[Row]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--preset", action="append", help="a preset or checkpoint; repeatable")
    parser.add_argument("--crop", type=int, default=256, help="px, a multiple of 16")
    parser.add_argument("--limit", type=int, help=f"the first so many pairs, at least {LEAST}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    if args.crop < 64 or args.crop % 16:
        parser.error("--crop must be a multiple of 16 and at least 64")
    results = []
    try:
        for preset in args.preset or PRESETS:
            engine = Engine(load_model(preset))
            for folder in args.folders:
                with progress_bar(silent=False) as progress:
                    told = partial(measure, preset, engine, folder, args.crop, args.limit)
                    results.append(told(args.seed, progress))
                show(results[-1], args.crop)
    except SshrError as error:
        print(f"keys: {error}", file=sys.stderr)
        return error.exit_code
    if args.json:
        told = {"crop": args.crop, "seed": args.seed}
        sets = [asdict(result) for result in results]
        args.json.write_text(json.dumps({**told, "results": sets}, indent=1) + "\n")
    return 0


def measure(
    preset: str,
    engine: Engine,
    folder: Path,
    crop: int,
    limit: int | None,
    seed: int,
    progress: Progress = quiet,
) -> Result:
    """One network on the pairs of one folder, or the first `limit`.

    Raises:
        UsageError: fewer pairs than keep a pair's pictures out of the one whose key is tried.
    """
    chosen = fixed_pairs(folder)[:limit]
    if len(chosen) < LEAST:
        raise UsageError(f"{folder}: {len(chosen)} pairs; at least {LEAST} are needed")
    cases: list[ConcealedPair] = []
    for paths in chosen:
        pair = (centre_crop(read_image(path).rgb, crop) for path in paths)
        draw = random.Random(f"{seed} {len(cases)}").randbytes
        cases.append(conceal_pair(engine, *pair, draw))
        progress(f"{preset}, {folder.name}: concealing", len(cases), len(chosen))
    rows = []
    for guess in GUESSES:
        rows.append(wrong_key(engine, guess, cases, seed))
        progress(f"{preset}, {folder.name}: wrong keys", len(rows), len(GUESSES))
    found = cosines(torch.cat([case.k_sym for case in cases]))
    checkpoint = engine.identity.hex()
    return Result(preset, checkpoint, folder.name, len(cases), found, rows)


def cosines(keys: torch.Tensor) -> Cosines:
    """Of keys (N, d), N at least 2."""
    unit = torch.nn.functional.normalize(keys.double(), dim=1)
    rows, columns = torch.triu_indices(len(keys), len(keys), 1).unbind()
    found = (unit @ unit.T)[rows, columns]
    size = found.abs()
    return Cosines(len(keys), float(size.mean()), float(size.max()), float(found.max()))


def wrong_key(engine: Engine, guess: KeyGuess, cases: Sequence[ConcealedPair], seed: int) -> Row:
    """What `guess` reveals of every case."""
    scores, over_colour = [], []
    for i, case in enumerate(cases):
        other = cases[(i + OTHER) % len(cases)]
        draw = random.Random(f"{seed} {guess} {i}").randbytes
        picture = run_attack(engine, Attack("right", "right", guess), case, other, draw)
        scores.append(score(picture, case.secret))
        over_colour.append(scores[-1].psnr - psnr(mean_colour(case.secret), case.secret))
    over_grey = [one.over_grey for one in scores]
    return Row(
        guess,
        psnr=fmean(one.psnr for one in scores),
        ssim=fmean(one.ssim for one in scores),
        grey_ssim=fmean(one.grey_ssim for one in scores),
        over_grey=Above(fmean(over_grey), max(over_grey)),
        over_colour=Above(fmean(over_colour), max(over_colour)),
    )


def mean_colour(secret: Rgb8) -> Rgb8:
    """The flat picture of the secret's mean colour."""
    colour = np.rint(secret.mean(axis=(0, 1))).astype(np.uint8)
    return np.broadcast_to(colour, secret.shape).copy()


def show(result: Result, crop: int) -> None:
    """The cosines, then a row for each key."""
    console, cosine = Console(width=110), result.cosines
    title = f"{result.preset} ({result.checkpoint}), {result.folder}: "
    table = Table("k_sym", title=title + f"{result.pairs} pairs of {crop} px")
    heads = ("PSNR", "over mean grey", "worst", "over mean colour", "worst", "SSIM", "grey's")
    for head in heads:
        table.add_column(head, justify="right")
    for row in result.rows:
        table.add_row(
            row.key,
            f"{row.psnr:.2f}",
            *(f"{value:+.2f}" for value in (row.over_grey.mean, row.over_grey.worst)),
            *(f"{value:+.2f}" for value in (row.over_colour.mean, row.over_colour.worst)),
            *(f"{value:.3f}" for value in (row.ssim, row.grey_ssim)),
        )
    console.print(table)
    print(
        f"cosines of {cosine.keys} keys: {cosine.mean_absolute:.4f} in size on average, "
        f"{cosine.max_absolute:.4f} at most; the highest {cosine.max:+.4f}"
    )


if __name__ == "__main__":
    sys.exit(main())
