"""What a stego is to survive: channels that the sender tries on it before he sends it."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from sshr.transports.robust.design import Aim
from sshr.types import Rgb8

Channel = Callable[[Rgb8], Rgb8]


@dataclass(frozen=True)
class Profile:
    """A promise.

    Attributes:
        aims: of both classes of coefficients.
        base: channels through which the base comes.
        refined: channels through which the refinement comes too.
    """

    aims: tuple[Aim, Aim]
    base: tuple[str, ...]
    refined: tuple[str, ...]


PROFILES = {
    "messenger": Profile(
        aims=(
            Aim(((50, 3), (60, 3), (70, 5), (75, 8), (85, 5), (95, 4)), ((13.5, 16), (4.0, 10))),
            Aim(((70, 4), (75, 8), (85, 4), (95, 2)), ((13.5, 14),)),
        ),
        base=("jpeg:70", "jpeg:85", "webp:80", "half", "noise", "blur"),
        refined=("jpeg:70", "jpeg:85", "noise", "blur"),
    ),
    "harsh": Profile(
        aims=(
            Aim(((40, 8), (50, 8), (60, 4), (75, 4), (90, 3)), ((40.0, 20), (13.5, 8))),
            Aim(((50, 8), (60, 4), (75, 4), (90, 2)), ((13.5, 14),)),
        ),
        base=("jpeg:40", "jpeg:50", "jpeg:75", "poisson", "half", "noise", "webp:80"),
        refined=("jpeg:50", "jpeg:75", "noise"),
    ),
}


def channel(name: str) -> Channel:
    """A channel by its name: `jpeg:Q`, `webp:Q`, `half`, `noise`, `blur`, `poisson`, `none`.

    What is random in it is the same every time.
    """
    kind, _, value = name.partition(":")
    if kind in ("jpeg", "webp"):
        return lambda picture: _coded(picture, kind.upper(), int(value))
    return {"half": _half, "noise": _noise, "blur": _blur, "poisson": _poisson, "none": _same}[kind]


def _coded(picture: Rgb8, kind: str, quality: int) -> Rgb8:
    stream = io.BytesIO()
    options = {"subsampling": "4:2:0"} if kind == "JPEG" else {}
    Image.fromarray(picture).save(stream, kind, quality=quality, **options)
    with Image.open(stream) as decoded:
        return np.array(decoded.convert("RGB"))


def _half(picture: Rgb8) -> Rgb8:
    height, width = picture.shape[:2]
    size = (max(width // 2, 1), max(height // 2, 1))
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def _noise(picture: Rgb8) -> Rgb8:
    random = np.random.default_rng(1)
    return _rounded(picture + random.normal(0, 0.1 * picture.std(), picture.shape))


def _poisson(picture: Rgb8) -> Rgb8:
    return _rounded(np.random.default_rng(1).poisson(picture))


def _blur(picture: Rgb8) -> Rgb8:
    """The mean of 3x3 samples, nearly: what the paper's blur comes to."""
    padded = np.pad(picture.astype(np.float64), ((1, 1), (1, 1), (0, 0)), mode="reflect")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return _rounded((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9)


def _same(picture: Rgb8) -> Rgb8:
    return picture


def _rounded(levels: np.ndarray) -> Rgb8:
    return np.rint(levels).clip(0, 255).astype(np.uint8)
