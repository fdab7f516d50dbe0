"""One pair through a network without a header: as the sender's tensor, and through a written file.

Figures compare 8-bit RGB pictures in both channels, what is not one being rounded to the nearest
level; only what the receiver starts from differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import UsageError
from sshr.evaluation.methods.method import as_levels
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.metrics import psnr, ssim
from sshr.transports.analog.engine import Engine, no_step
from sshr.types import Rgb8

CHANNELS = ("float", "png")
LARGEST_CROP = 320
"""px of a side; a larger picture would be several tiles."""


@dataclass(frozen=True)
class Figures:
    """Of one pair in one channel; PSNR in dB."""

    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float

    @classmethod
    def of(cls, stego: Rgb8, reference: Rgb8, revealed: Rgb8, secret: Rgb8) -> "Figures":
        own = psnr(stego, reference), ssim(stego, reference)
        return cls(*own, psnr(revealed, secret), ssim(revealed, secret))


Measured = dict[str, Figures]
"""Of one pair, by channel."""


@dataclass(frozen=True)
class Summary:
    """Of a set of pairs in one channel: means, and the worst PSNR of each kind."""

    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float
    total: float
    worst_stego: float
    worst_revealed: float

    @classmethod
    def of(cls, pairs: Sequence[Figures]) -> "Summary":
        stego = [pair.stego_psnr for pair in pairs]
        revealed = [pair.revealed_psnr for pair in pairs]
        return cls(
            stego_psnr=fmean(stego),
            stego_ssim=fmean(pair.stego_ssim for pair in pairs),
            revealed_psnr=fmean(revealed),
            revealed_ssim=fmean(pair.revealed_ssim for pair in pairs),
            total=fmean(stego) + fmean(revealed),
            worst_stego=min(stego),
            worst_revealed=min(revealed),
        )

    def cells(self) -> list[str]:
        """Stego, SSIM, revealed, SSIM, sum: a table's cells."""
        stego = [f"{self.stego_psnr:.2f}", f"{self.stego_ssim:.4f}"]
        revealed = [f"{self.revealed_psnr:.2f}", f"{self.revealed_ssim:.4f}"]
        return [*stego, *revealed, f"{self.total:.2f}"]


def summaries(pairs: Sequence[Measured]) -> dict[str, Summary]:
    """By channel, as far as each was measured."""
    known = [name for name in CHANNELS if name in pairs[0]]
    return {name: Summary.of([pair[name] for pair in pairs]) for name in known}


def crops(folder: Path, size: int, limit: int | None) -> Iterator[tuple[Rgb8, Rgb8]]:
    """(secret, reference) of a folder's fixed pairs, or the first `limit`; one at a time.

    Raises:
        UsageError: fewer than two pictures, or one is too small.
    """
    for paths in fixed_pairs(folder)[:limit]:
        secret, reference = (centre_crop(read_image(path).rgb, size) for path in paths)
        yield secret, reference


def check_crop(size: int) -> None:
    """A crop must be a single tile.

    Raises:
        UsageError: it is not.
    """
    if size % 16 or not 64 <= size <= LARGEST_CROP:
        raise UsageError(f"--crop {size} is not a multiple of 16 from 64 to {LARGEST_CROP}")


def transmit(
    engine: Engine, secret: Rgb8, reference: Rgb8, seed: int, path: Path, nearest: bool = False
) -> Measured:
    """Conceal and reveal one pair; its stego is written to `path` and read again.

    Args:
        secret, reference: (H, W, 3), one tile.
        seed: of the session, which the keyed mix and its filling come from.
        nearest: round to the nearest level, whatever spectrum the network asks for.
    """
    session = Session(np.random.default_rng(seed).bytes(KEY_BYTES))
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, session, no_step)
    write_image(path, as_levels(made.unrounded) if nearest else made.rounder.round(), force=True)
    stegos = {"float": made.unrounded, "png": read_image(path).rgb}
    found = {}
    for name, stego in stegos.items():
        revealed = engine.reveal(stego, reference, k_sym, made.scales, session, no_step)
        found[name] = Figures.of(as_levels(stego), reference, revealed, secret)
    return found
