"""The settings of the robust transport that were chosen by trying, tried on training photographs.

    python benchmarks/robust_choices.py --data TRAIN [--only GROUP...] [--pairs 12] [--seed 1]
        [--json OUT]

Pairs are drawn from the folder by a seed, central squares of 256 px. Never give it photographs
that figures are measured on. A group is one setting; all others have the values they have. Each
row is one value:

- `harsh`: bounds of liveliness; `second`: aims of messenger's second class; `loud`: these at 38 dB;
  `rate`: share of the information that is used. Every pair is concealed, which tries all channels
  that are promised, and revealed through some of them, with noise that the sender has not seen.
  Each gives the mean PSNR in dB of 8-bit RGB, with the secret's mean grey for what is `lost` or
  `refused`; `revealed` is the mean of them. `visible` is the largest ratio, among tiles of 8x8
  samples, of the luma's change to the reference's own deviation there (at least one level), mean
  of all pairs.
- `coder`: speed of the final coder at bytes of a base and of a refinement; `chroma`: its sampling;
  `deringing`: AV1's constrained directional enhancement filter, without and with it.
- `time`: processor seconds of whole conceals with the network on top by that speed. Run it alone,
  on an idle machine.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

import numpy as np
from printing import keep, show

import sshr
from sshr.errors import SshrError
from sshr.evaluation.protocols import centre_crop
from sshr.files.pictures import list_pictures
from sshr.imaging.channels import parse_channel
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.robust.blocks import ONE, luma, to_blocks
from sshr.transports.robust.codec import best_within
from sshr.transports.robust.design import Aim
from sshr.types import Rgb8

Pair = tuple[Rgb8, Rgb8]
Row = dict[str, Any]

SIZE, TILE = 256, 8
ROOMS = (220, 1400)
"""Bytes of a base and of a refinement at SIZE."""

THROUGH = {
    "messenger": ("jpeg:70", "small:0.5", "noise"),
    "harsh": ("small:0.5+jpeg:75", "poisson"),
}
"""Of each promise a channel for each layer, and one that has noise."""

TIMED = 6
"""Pairs whose conceals are timed, after one more that is not."""

KEYS = sshr.Keys(reference_alone=True)

_FLATTER = Aim(((70, 4), (75, 8), (85, 4), (95, 2)), ((13.5, 20),))
_STEEPER = Aim(((70, 8), (75, 8), (85, 3), (95, 1)), ((13.5, 18),))
_STEEPEST = Aim(((70, 12), (75, 6), (85, 2)), ((13.5, 18),))

CHOICES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "harsh": ("spread.LIVELY", ((16, 16), (24, 96), (24, 192), (12, 192), (6, 192))),
    "second": ("profiles._SECOND", (_FLATTER, _STEEPER, _STEEPEST)),
    "loud": ("profiles._SECOND", (_FLATTER, _STEEPER, _STEEPEST)),
    "rate": ("planning._RATE", (0.85, 0.86, 0.88)),
    "coder": ("codec._FINAL", (2, 3, 4, 6)),
    "chroma": ("codec._SAMPLING", ("4:2:0", "4:2:2", "4:4:4")),
    "deringing": ("codec._DERINGING", ("0", "1")),
    "time": ("codec._FINAL", (2, 3, 4)),
}
"""By group: a constant below `sshr.transports.robust`, and its values."""


def drawn_pairs(folder: Path, count: int, seed: int) -> list[Pair]:
    """So many secrets and references of a folder, no photograph twice."""
    paths = list_pictures(folder).pictures
    chosen = random.Random(seed).sample(paths, 2 * count)
    photos = [centre_crop(read_image(path).rgb, SIZE) for path in chosen]
    return list(zip(photos[:count], photos[count:], strict=True))


def visible(stego: Rgb8, reference: Rgb8) -> float:
    """The largest ratio of a tile's change to its own deviation."""
    before, after = (to_blocks(luma(one) / ONE, TILE) for one in (reference, stego))
    change = np.sqrt(np.square(after - before).mean(axis=(2, 3)))
    return float((change / np.maximum(before.std(axis=(2, 3)), 1)).max())


def carried(pairs: Sequence[Pair], survive: str, level: float) -> Row:
    """What comes through THROUGH."""
    found: dict[str, list[float]] = {name: [] for name in THROUGH[survive]}
    stegos, sizes, ratios, lost, refused = [], [], [], 0, 0
    for number, (secret, reference) in enumerate(pairs):
        grey = psnr(np.full_like(secret, round(secret.mean())), secret)
        draw = random.Random(f"robust choices {number}").randbytes
        options = {"survive": survive, "analog": "off", "stego_psnr": level}
        try:
            stego = sshr.conceal(secret, reference, KEYS, "robust", random=draw, **options)
        except SshrError:
            refused += 1
            for many in found.values():
                many.append(grey)
            continue
        stegos.append(psnr(stego.image, reference))
        sizes.append(stego.made.payload_bytes)
        ratios.append(visible(stego.image, reference))
        for name, many in found.items():
            arrived = parse_channel(name).distort(stego.image, np.random.default_rng(number))
            try:
                many.append(psnr(sshr.reveal(arrived, reference, KEYS).rgb, secret))
            except SshrError:
                lost += 1
                many.append(grey)
    told = {"stego": stegos, "bytes": sizes, "visible": ratios} | found
    row: Row = {name: fmean(many) for name, many in told.items() if many}
    revealed = fmean(row[name] for name in found)
    return row | {"revealed": revealed, "lost": lost, "refused": refused}


def coded(pairs: Sequence[Pair]) -> Row:
    """PSNR in dB by the bytes of ROOMS, and processor seconds of both."""
    started, told = time.process_time(), {}
    for room in ROOMS:
        made = [best_within(secret, room) for secret, _ in pairs]
        told[f"psnr_{room}"] = fmean(one.psnr for one in made if one is not None)
    return told | {"seconds": (time.process_time() - started) / len(pairs)}


def timed(pairs: Sequence[Pair]) -> Row:
    """Processor seconds of conceals, with the network on top."""
    seconds = []
    for secret, reference in (pairs[-1], *pairs[:TIMED]):
        draw = random.Random(1).randbytes
        started = time.process_time()
        sshr.conceal(secret, reference, KEYS, "robust", random=draw)
        seconds.append(time.process_time() - started)
    return {"seconds": fmean(seconds[1:]), "most": max(seconds[1:])}


MEASURES: dict[str, Callable[[Sequence[Pair]], Row]] = {
    "harsh": lambda pairs: carried(pairs, "harsh", 40.6),
    "second": lambda pairs: carried(pairs, "messenger", 40.6),
    "loud": lambda pairs: carried(pairs, "messenger", 38.0),
    "rate": lambda pairs: carried(pairs, "messenger", 40.6),
    "coder": coded,
    "chroma": coded,
    "deringing": coded,
    "time": timed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="training photographs")
    parser.add_argument("--only", nargs="+", choices=tuple(CHOICES), default=tuple(CHOICES))
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    given = parser.parse_args()
    pairs = drawn_pairs(given.data, given.pairs, given.seed)
    for group in given.only:
        where, values = CHOICES[group]
        rows = []
        for value in values:
            with patch(f"sshr.transports.robust.{where}", value):
                rows.append({"value": _shown(value)} | MEASURES[group](pairs))
            print(group, rows[-1], flush=True)
        show(f"{group}: {where}", rows)
        keep(given.json, pairs=given.pairs, seed=given.seed, **{group: rows})


def _shown(value: Any) -> str:
    if not isinstance(value, Aim):
        return str(value)
    qualities = ", ".join(f"{quality}: {weight}" for quality, weight in value.qualities)
    return f"JPEG {qualities}; noise {value.variances[0][1]}"


if __name__ == "__main__":
    main()
