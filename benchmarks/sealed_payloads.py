"""Random payloads and single changed samples: is everything back, is every change noticed?

    python benchmarks/sealed_payloads.py --data KODAK24 [--payloads N] [--places N] [--repairs N]

Payloads of 0 B to what fits at 38 dB, names of 0 to 40 characters, all three kinds of noise, as
quiet as can be or at a given stego PSNR, in crops of 64 to 96 px of the photographs; a quarter of
them stretched in contrast until a part lies at 0 and 255. Before them so many random samples, in
100 such stegos, are changed by 1 up or down, one at a time. After them `--ecc`: so many stegos of
256 px, in each of which 1, 3, 6, 12 or 24 samples take other values at random. All in memory; files
are the part of `tests/cli/test_sealed.py`.
Exits with 1 if a payload is not back, a change goes unnoticed, or damage gives anything else.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
from seeded import drawing

import sshr
from sshr.errors import DamagedError, NothingFoundError
from sshr.evaluation.pairs import centre_crop
from sshr.imaging.reading import read_image
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

NOISES = [each.name.lower() for each in Noise]
KEYS = sshr.Keys()
STEGOS = 100
DAMAGE = (1, 3, 6, 12, 24)
SIDE = 256


class Draw:
    """References and requests, by a seed."""

    def __init__(self, photos: list[Rgb8], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._photos = photos

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

    def sealed(self) -> tuple[sshr.Stego, sshr.Blob, Rgb8, float]:
        """A stego, what is in it, its reference, and the share of the capacity that is used."""
        reference, noise = self.reference(), str(self.rng.choice(NOISES))
        fits = sshr.forecast(None, reference, "sealed", noise=noise).capacity
        psnr = None if self.rng.random() < 0.5 else float(self.rng.choice(list(fits)))
        room = fits[38.0 if psnr is None else psnr]
        name = "n" * int(self.rng.integers(min(41, room + 1)))
        most = room - len(name)
        size = int(self.rng.choice([0, most, self.rng.integers(most + 1)], p=[0.02, 0.02, 0.96]))
        blob = sshr.Blob(self.rng.bytes(size), name)
        stego = sshr.conceal(blob, reference, KEYS, "sealed", noise=noise, stego_psnr=psnr)
        return stego, blob, reference, size / max(most, 1)


def payloads(draw: Draw, count: int) -> int:
    """How many are not back."""
    if not count:
        return 0
    shares, failed = [], 0
    for _ in range(count):
        stego, blob, reference, share = draw.sealed()
        back = sshr.reveal(stego.image, reference, KEYS)
        failed += (back.data, back.name, back.kind) != (blob.data, blob.name, blob.kind)
        shares.append(share)
    used = np.percentile(shares, [0, 50, 100])
    print(
        f"{count} payloads, {used[0]:.0%} / {used[1]:.0%} / {used[2]:.0%} of the capacity "
        f"(least, median, most): {count - failed} back bit-exact"
    )
    return failed


def changes(draw: Draw, count: int) -> int:
    """How many changes go unnoticed."""
    outcomes: Counter[str] = Counter()
    for _ in range(STEGOS if count else 0):
        stego, _, reference, _ = draw.sealed()
        for _ in range(count // STEGOS):
            changed = stego.image.copy()
            place = draw.rng.integers(changed.size)
            value = int(changed.flat[place])
            step = 1 if value == 0 else -1 if value == 255 else int(draw.rng.choice([-1, 1]))
            changed.flat[place] = value + step
            try:
                sshr.reveal(changed, reference, KEYS)
                outcomes["unnoticed"] += 1
            except (DamagedError, NothingFoundError) as error:
                outcomes[type(error).__name__] += 1
    print(f"{sum(outcomes.values())} changes of 1 in {STEGOS} stegos: {dict(outcomes)}")
    return outcomes["unnoticed"]


def repairs(draw: Draw, count: int) -> int:
    """How many damaged stegos with check bytes give something that was not sealed."""
    wrong = 0
    for changed in DAMAGE if count else ():
        kept = 0
        for _ in range(count):
            reference = draw.square()
            data = draw.rng.bytes(1000)
            seen = sshr.conceal(sshr.Blob(data), reference, KEYS, "sealed", ecc=True).image.copy()
            places = draw.rng.choice(seen.size, changed, replace=False)
            seen.flat[places] ^= draw.rng.integers(1, 256, changed, np.uint8)
            try:
                back = sshr.reveal(seen, reference, KEYS)
            except (DamagedError, NothingFoundError):
                continue
            kept += back.data == data
            wrong += back.data != data
        print(f"--ecc, {changed} changed samples: {kept} of {count} revealed")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--payloads", type=int, default=10_000)
    parser.add_argument("--places", type=int, default=1_000)
    parser.add_argument("--repairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    photos = [read_image(path).rgb for path in sorted(arguments.data.glob("*.png"))]
    if not photos:
        parser.error(f"no PNG files in {arguments.data}")
    started = time.perf_counter()
    draw = Draw(photos, arguments.seed)
    with drawing(str(arguments.seed)):
        bad = changes(draw, arguments.places) + payloads(draw, arguments.payloads)
        bad += repairs(draw, arguments.repairs)
    print(f"{time.perf_counter() - started:.0f} s")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
