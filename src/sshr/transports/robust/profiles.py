"""What a stego is to survive: channels that the sender tries on it before he sends it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sshr.imaging.channels import parse_channel
from sshr.transports.robust.design import Aim, Design, design
from sshr.transports.robust.options import HARSH, MESSENGER, channels_of
from sshr.transports.robust.spread import spread
from sshr.types import Rgb8

_FIRST = Aim(((50, 3), (60, 3), (70, 5), (75, 8), (85, 5), (95, 4)), ((13.5, 40), (4.0, 10)))
_SECOND = Aim(((70, 8), (75, 8), (85, 3), (95, 1)), ((13.5, 18),))


def _messenger(reference: Rgb8, psnr: float, deviation: float) -> Design:
    return design((_FIRST, _SECOND), reference, psnr, deviation)


DESIGNS: dict[str, Callable[[Rgb8, float, float], Design]] = {
    MESSENGER: _messenger,
    HARSH: spread,
}
"""By name, for a reference, the stego's PSNR in dB, and the deviation of a coefficient by what else
lies in the picture, levels."""

_SENT_ON = 1600
"""Pixels of a side that the messengers of `sshr.imaging.channels` leave, most of them."""


@dataclass(frozen=True)
class Promise:
    """What comes through, and by which design.

    Attributes:
        base: channels through which the base comes.
        refined: channels through which the refinement comes too; without any there is none.
        density: most bytes of the base for each pixel.
    """

    design: str
    base: tuple[str, ...]
    refined: tuple[str, ...]
    density: float

    @property
    def channels(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(self.base + self.refined))


PROMISES = {
    MESSENGER: Promise(
        MESSENGER,
        base=("jpeg:70", "jpeg:85", "webp:80", "small:0.5", "noise", "blur"),
        refined=("jpeg:70", "jpeg:85", "noise", "blur"),
        density=0.0040,
    ),
    HARSH: Promise(
        HARSH,
        base=("jpeg:40", "jpeg:75", "webp:80", "small:0.5+jpeg:75", "poisson", "noise"),
        refined=(),
        density=1.0,
    ),
}


def promises(survive: str) -> list[Promise]:
    """What `RobustOptions.survive` asks for: where there are several, whichever carries more."""
    if survive in PROMISES:
        return [PROMISES[survive]]
    asked = channels_of(survive)
    mild, harsh = PROMISES[MESSENGER], PROMISES[HARSH]
    return [
        Promise(MESSENGER, asked, asked, mild.density),
        Promise(HARSH, asked, (), harsh.density),
    ]


def notes_on_size(size: tuple[int, ...], survive: str) -> tuple[str, ...]:
    """What a sender should know of a stego of this size, one clause each.

    Args:
        size: rows and columns first.
        survive: of `RobustOptions`.
    """
    if max(size[:2]) <= _SENT_ON or survive not in PROMISES:
        return ()
    return (
        f"messengers make a picture of more than {_SENT_ON} pixels a side smaller, and a JPEG as "
        "well, which little comes through: 'sshr reference --max-side 1280' makes a reference "
        "whose stegos they leave at their size",
    )


def as_written(picture: Rgb8, jpeg: int) -> Rgb8:
    """What a stego's own file holds: the picture, or what a JPEG of this quality makes of it."""
    return through(f"jpeg:{jpeg}", picture) if jpeg else picture


def through(name: str, picture: Rgb8) -> Rgb8:
    """A picture behind a channel of this name; what is random in it is the same every time."""
    return parse_channel(name).distort(picture, np.random.default_rng(1))
