"""One pair through a network without a header: as the sender's tensor, and through a written file.

Figures compare 8-bit RGB pictures in both channels, what is not one being rounded to the nearest
level; only what the receiver starts from differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean

import numpy as np

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import UsageError
from sshr.evaluation.methods.method import as_levels
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.metrics import psnr, ssim
from sshr.transports.analog.engine import Engine, no_step
from sshr.types import Rgb8

CHANNELS = ("float", "png")
LARGEST_CROP = 320
"""px of a side; a larger picture would be several tiles."""


@dataclass(frozen=True)
class PairFigures:
    """Of one pair in one channel; PSNR in dB."""

    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float

    @classmethod
    def of(cls, stego: Rgb8, reference: Rgb8, revealed: Rgb8, secret: Rgb8) -> "PairFigures":
        own = psnr(stego, reference), ssim(stego, reference)
        return cls(*own, psnr(revealed, secret), ssim(revealed, secret))


Measured = dict[str, PairFigures]
"""Of one pair, by channel."""


@dataclass(frozen=True)
class ChannelMeans(PairFigures):
    """Means over a set of pairs in one channel, and the worst PSNR of each kind."""

    total: float
    worst_stego: float
    worst_revealed: float


def channel_means(pairs: Sequence[Measured]) -> dict[str, ChannelMeans]:
    """By channel, as far as each was measured."""
    found = {}
    for channel in (name for name in CHANNELS if name in pairs[0]):
        own = [pair[channel] for pair in pairs]
        names = (field.name for field in fields(PairFigures))
        mean = PairFigures(*(fmean(getattr(one, name) for one in own) for name in names))
        found[channel] = ChannelMeans(
            **asdict(mean),
            total=mean.stego_psnr + mean.revealed_psnr,
            worst_stego=min(one.stego_psnr for one in own),
            worst_revealed=min(one.revealed_psnr for one in own),
        )
    return found


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
        found[name] = PairFigures.of(as_levels(stego), reference, revealed, secret)
    return found
