"""What happens to a stego on its way: `png`, and distortions in levels of 0..255.

A channel is written `kind:value:value`, such as `jpeg:75`, `jpeg:75:444`, `noise`, `resize:0.5`.
Blur, noise, Poisson noise and JPEG at quality 75 are those of the paper's Appendix B (docs/
evaluation.md); the standard deviation there is the stego's own, over all samples, in levels: only
so does a 3x3 blur with a sigma of a tenth of it do anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.types import Rgb8

Levels = NDArray[np.float64]
Generator = np.random.Generator
Distort = Callable[[Rgb8, Generator], Rgb8]

FLOAT, PNG = "float", "png"
_CURVES: dict[str, tuple[tuple[str, ...], str]] = {
    "JPEG 4:2:0": (tuple(f"jpeg:{q}" for q in range(50, 100, 5)), "quality"),
    "JPEG 4:4:4": (tuple(f"jpeg:{q}:444" for q in range(50, 100, 5)), "quality"),
    "WebP": (tuple(f"webp:{q}" for q in range(50, 100, 10)), "quality"),
    "resized and back": (tuple(f"resize:{f}" for f in (0.5, 0.75, 0.9, 1.25, 1.5, 2)), "factor"),
    "cropped, padded": (tuple(f"crop:{p}" for p in (1, 2, 5)), "% of each side"),
    "brightness": (tuple(f"brightness:{p}" for p in (-5, -2, -1, 1, 2, 5)), "%"),
    "flipped LSBs": (tuple(f"lsb:{p}" for p in (0.01, 0.1, 1, 10)), "of a thousand"),
    "Gaussian noise": (tuple(f"noise:{s}" for s in (0.01, 0.02, 0.05, 0.1)), "sigma / std"),
    "Gaussian blur": (tuple(f"blur:{s}" for s in (0.005, 0.01, 0.02, 0.1)), "sigma / std"),
}
GROUPS = {
    "curves": tuple(name for names, _ in _CURVES.values() for name in names),
    "paper": (PNG, "blur", "noise", "jpeg:75", "poisson"),
}


@dataclass(frozen=True)
class Channel:
    """A named channel; `distort` gives an 8-bit picture of the same size."""

    name: str
    distort: Distort


def curves() -> dict[str, tuple[tuple[str, ...], str]]:
    """Families of channels that make a curve: names in order, and what their value is."""
    return _CURVES


def parse_channels(text: str) -> list[Channel]:
    """The channels of a list such as `png,float,jpeg:75,noise`; `curves` and `paper` are groups.

    Raises:
        UsageError: an unknown channel, or a value that makes no sense.
    """
    words = [word for word in text.replace(" ", "").split(",") if word]
    names = [name for word in words for name in GROUPS.get(word, (word,))]
    if not names:
        raise UsageError(f"--channel {shown(text)}: names no channel")
    return [parse_channel(name) for name in dict.fromkeys(names)]


def parse_channel(name: str) -> Channel:
    """One channel.

    Raises:
        UsageError: see `parse_channels`.
    """
    kind, *values = name.split(":")
    if kind not in _KINDS:
        known = ", ".join((FLOAT, *_KINDS, *GROUPS))
        if kind == FLOAT and not values:
            return Channel(FLOAT, _same)
        raise UsageError(f"unknown channel {shown(name)}; known: {known}")
    make, defaults = _KINDS[kind]
    if len(values) > len(defaults):
        raise UsageError(f"channel {shown(name)}: too many values")
    try:
        numbers = [float(v) for v in values]
        distort = make(*numbers, *(d for d in defaults[len(numbers) :] if d is not None))
    except (ValueError, TypeError) as error:
        raise UsageError(f"channel {shown(name)}: {_example(kind, error)}") from None
    return Channel(name, distort)


def _example(kind: str, error: Exception) -> str:
    _, defaults = _KINDS[kind]
    if isinstance(error, TypeError):
        return f"needs a value, such as {kind}:{_EXAMPLES[kind]}"
    return str(error) if "is not" in str(error) else f"values must be numbers ({len(defaults)})"


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{value:g} is not between {low:g} and {high:g}")
    return value


def _same(image: Rgb8, random: Generator) -> Rgb8:
    return image


def _jpeg(quality: float, subsampling: float) -> Distort:
    if subsampling not in (420, 444):
        raise ValueError(f"{subsampling:g} is not 420 or 444")
    mode = {420: "4:2:0", 444: "4:4:4"}[int(subsampling)]
    return _coded("JPEG", quality=int(_within(quality, 1, 100)), subsampling=mode)


def _webp(quality: float) -> Distort:
    return _coded("WEBP", quality=int(_within(quality, 1, 100)))


def _coded(kind: str, **options: object) -> Distort:
    def distort(image: Rgb8, random: Generator) -> Rgb8:
        buffer = BytesIO()
        Image.fromarray(image).save(buffer, kind, **options)
        with Image.open(buffer) as decoded:
            return np.array(decoded.convert("RGB"))

    return distort


def _resize(factor: float) -> Distort:
    _within(factor, 0.1, 4)

    def distort(image: Rgb8, random: Generator) -> Rgb8:
        height, width = image.shape[:2]
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        there = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
        return np.array(there.resize((width, height), Image.Resampling.BICUBIC))

    return distort


def _crop(percent: float) -> Distort:
    """So much is cut off every side and replaced by black: what is left stays in place."""
    _within(percent, 0, 40)

    def distort(image: Rgb8, random: Generator) -> Rgb8:
        rows, columns = (max(1, round(side * percent / 100)) for side in image.shape[:2])
        kept = np.zeros_like(image)
        inner = (slice(rows, -rows), slice(columns, -columns))
        kept[inner] = image[inner]
        return kept

    return distort


def _brightness(percent: float) -> Distort:
    """All samples times 1 + percent / 100."""
    _within(percent, -90, 900)
    return lambda image, random: _rounded(image * (1 + percent / 100))


def _lsb(per_thousand: float) -> Distort:
    """The lowest bit of exactly so many samples of a thousand flips, of one at least."""
    _within(per_thousand, 0, 1000)

    def distort(image: Rgb8, random: Generator) -> Rgb8:
        flat = image.flatten()
        count = max(1, round(len(flat) * per_thousand / 1000))
        places = random.choice(len(flat), count, replace=False)
        flat[places] ^= 1
        return flat.reshape(image.shape)

    return distort


def _noise(share: float) -> Distort:
    """Gaussian, sigma = share of the stego's standard deviation."""
    _within(share, 0, 10)

    def distort(image: Rgb8, random: Generator) -> Rgb8:
        return _rounded(image + random.normal(0, share * image.std(), image.shape))

    return distort


def _blur(share: float) -> Distort:
    """A 3x3 Gaussian kernel, sigma = share of the stego's standard deviation in levels."""
    _within(share, 0, 10)

    def distort(image: Rgb8, random: Generator) -> Rgb8:
        sigma = max(share * float(image.std()), 1e-3)
        side = np.exp(-0.5 / sigma**2)
        weights = np.array([side, 1, side]) / (1 + 2 * side)
        blurred = image.astype(np.float64)
        for axis in (0, 1):
            margin = [(1, 1) if a == axis else (0, 0) for a in range(3)]
            padded = np.pad(blurred, margin, mode="reflect")
            windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=axis)
            blurred = windows @ weights
        return _rounded(blurred)

    return distort


def _poisson() -> Distort:
    """Each sample a Poisson number whose mean it is: shot noise with a peak of 255."""
    return lambda image, random: _rounded(random.poisson(image))


def _rounded(levels: NDArray[np.floating] | NDArray[np.integer]) -> Rgb8:
    return np.rint(levels).clip(0, 255).astype(np.uint8)


# Kind: how it is made of its values, and what each is where none is given (None: it must be).
_KINDS: dict[str, tuple[Callable[..., Distort], tuple[float | None, ...]]] = {
    PNG: (lambda: _same, ()),
    "jpeg": (_jpeg, (None, 420)),
    "webp": (_webp, (None,)),
    "resize": (_resize, (None,)),
    "crop": (_crop, (1,)),
    "brightness": (_brightness, (None,)),
    "lsb": (_lsb, (1,)),
    "noise": (_noise, (0.1,)),
    "blur": (_blur, (0.1,)),
    "poisson": (_poisson, ()),
}
_EXAMPLES = {"jpeg": "75", "webp": "80", "resize": "0.5", "brightness": "-5"}
