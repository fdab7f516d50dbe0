"""Random payloads and single changed samples: is everything back, is every change noticed?

    python benchmarks/sealed_payloads.py --data KODAK24 [--payloads N] [--places N] [--repairs N]

Payloads of 0 B to what fits at 38 dB, names of 0 to 40 characters, all kinds of noise, as quiet as
can be or at a given stego PSNR, in crops of 64 to 96 px of the photographs; a quarter of them
stretched in contrast until a part lies at 0 and 255. Before them so many random samples, in 100
such stegos, are changed by 1 up or down, one at a time. After them `ecc`: so many stegos of 256 px,
in each of which 1, 3, 6, 12 or 24 samples take other values at random. All in memory; files are the
part of `tests/cli/test_sealed.py`.
Exits with 1 if a payload is not back, a change goes unnoticed, or damage gives anything else.
"""

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from printing import keep, show

import sshr
from sshr.errors import DamagedError, NothingFoundError
from sshr.evaluation.protocols import centre_crop
from sshr.imaging.reading import read_image
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

NOISES = [each.name.lower() for each in Noise]
KEYS = sshr.Keys(reference_alone=True)
STEGOS = 100
DAMAGE = (1, 3, 6, 12, 24)
SIDE = 256


class Draw:
    """References and stegos, by a seed."""

    def __init__(self, photos: list[Rgb8], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._photos, self._bytes = photos, random.Random(seed).randbytes

    def reference(self) -> Rgb8:
        photo = self._photos[self.rng.integers(len(self._photos))]
        height, width = self.rng.integers(64, 97, 2)
        top = self.rng.integers(photo.shape[0] - height + 1)
        left = self.rng.integers(photo.shape[1] - width + 1)
        crop = photo[top : top + height, left : left + width]
        if self.rng.random() < 0.25:
            crop = np.clip((crop.astype(int) - 128) * 4 + 128, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(crop)

    def square(self) -> Rgb8:
        return centre_crop(self._photos[self.rng.integers(len(self._photos))], SIDE)

    def stego(self, blob: sshr.Blob, reference: Rgb8, **options: Any) -> Rgb8:
        return sshr.conceal(
            blob, reference, KEYS, "sealed", random=self._bytes, **options
        ).image.copy()

    def filled(self) -> tuple[Rgb8, sshr.Blob, Rgb8, float]:
        """A stego, what is in it, its reference, and the share of the capacity that is used."""
        reference, noise = self.reference(), str(self.rng.choice(NOISES))
        fits = sshr.forecast(None, reference, "sealed", noise=noise).capacity
        psnr = None if self.rng.random() < 0.5 else float(self.rng.choice(list(fits)))
        room = fits[38.0 if psnr is None else psnr]
        name = "n" * int(self.rng.integers(min(41, room + 1)))
        most = room - len(name)
        size = int(self.rng.choice([0, most, self.rng.integers(most + 1)], p=[0.02, 0.02, 0.96]))
        blob = sshr.Blob(self.rng.bytes(size), name)
        stego = self.stego(blob, reference, noise=noise, stego_psnr=psnr)
        return stego, blob, reference, size / max(most, 1)


def changes(draw: Draw, count: int) -> dict[str, int]:
    """What becomes of single changed samples."""
    found: Counter[str] = Counter()
    for _ in range(STEGOS if count else 0):
        stego, _, reference, _ = draw.filled()
        for _ in range(count // STEGOS):
            changed, place = stego.copy(), draw.rng.integers(stego.size)
            value = int(changed.flat[place])
            step = 1 if value == 0 else -1 if value == 255 else int(draw.rng.choice([-1, 1]))
            changed.flat[place] = value + step
            found[outcome(changed, reference, None)] += 1
    names = ("damaged", "nothing_found", "unnoticed")
    return {"changes": found.total(), "stegos": STEGOS, **{name: found[name] for name in names}}


def payloads(draw: Draw, count: int) -> dict[str, Any]:
    """How many are back, and how much of the capacity they take: least, median, most."""
    shares, back = [], 0
    for _ in range(count):
        stego, blob, reference, share = draw.filled()
        found = sshr.reveal(stego, reference, KEYS)
        back += (found.data, found.name, found.kind) == (blob.data, blob.name, blob.kind)
        shares.append(share)
    used = np.percentile(shares, [0, 50, 100]).tolist() if shares else []
    return {"payloads": count, "back": back, "used": used}


def repairs(draw: Draw, count: int) -> dict[str, Any]:
    """How many damaged stegos with check bytes reveal all the same, by changed samples."""
    kept: dict[str, int] = {}
    wrong = 0
    for changed in DAMAGE if count else ():
        found: Counter[str] = Counter()
        for _ in range(count):
            reference, data = draw.square(), draw.rng.bytes(1000)
            stego = draw.stego(sshr.Blob(data), reference, ecc=True)
            places = draw.rng.choice(stego.size, changed, replace=False)
            stego.flat[places] ^= draw.rng.integers(1, 256, changed, np.uint8)
            found[outcome(stego, reference, data)] += 1
        kept[str(changed)], wrong = found["right"], wrong + found["unnoticed"]
    return {"stegos": count, "revealed": kept, "wrong": wrong}


def outcome(stego: Rgb8, reference: Rgb8, data: bytes | None) -> str:
    """What a receiver of a changed stego is told; `right` if he is given these data."""
    try:
        return "right" if sshr.reveal(stego, reference, KEYS).data == data else "unnoticed"
    except DamagedError:
        return "damaged"
    except NothingFoundError:
        return "nothing_found"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--payloads", type=int, default=10_000)
    parser.add_argument("--places", type=int, default=1_000)
    parser.add_argument("--repairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there too")
    given = parser.parse_args()
    photos = [read_image(path).rgb for path in sorted(given.data.glob("*.png"))]
    if not photos:
        parser.error(f"no PNG files in {given.data}")
    draw = Draw(photos, given.seed)
    told: dict[str, Any] = changes(draw, given.places)
    told |= payloads(draw, given.payloads) | {"ecc": repairs(draw, given.repairs)}
    show("payloads, changed samples and repairs", [told])
    keep(given.json, payloads=told)
    lost = told["payloads"] - told["back"]
    return int(lost + told["unnoticed"] + told["ecc"]["wrong"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
