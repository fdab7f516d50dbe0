"""What happens to a stego on its way: `png`, and distortions in levels of 0..255.

A channel is written `kind:value:value`, such as `jpeg:75`, `jpeg:75:444`, `noise`, `resize:0.5`;
several one after the other with a plus, such as `small:0.5+jpeg:75`. Messengers have names of their
own, such as `signal`, see MESSENGERS. Blur, noise, Poisson noise and
JPEG at quality 75 are those of the paper's Appendix B (docs/evaluation.md); the standard deviation
there is the stego's own, over all samples, in levels: only so does a 3x3 blur with a sigma of a
tenth of it do anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8

Generator = np.random.Generator
Distort = Callable[[Rgb8, Generator], Rgb8]

Floats = NDArray[np.float64]

FLOAT, PNG, FIT, _SMALL = "float", "png", "fit", "small"
_LEAST_SCALE = 0.01
_BAND = 256
CURVES: dict[str, tuple[tuple[str, ...], str]] = {
    "JPEG 4:2:0": (tuple(f"jpeg:{q}" for q in range(30, 100, 5)), "quality"),
    "JPEG 4:4:4": (tuple(f"jpeg:{q}:444" for q in range(30, 100, 5)), "quality"),
    "WebP": (tuple(f"webp:{q}" for q in range(50, 100, 10)), "quality"),
    "AVIF": (tuple(f"avif:{q}" for q in range(50, 100, 10)), "quality"),
    "made smaller": (tuple(f"small:{f}" for f in (0.4, 0.5, 0.6, 0.75, 0.9)), "factor"),
    "resized and back": (tuple(f"resize:{f}" for f in (0.5, 0.75, 0.9, 1.25, 1.5, 2)), "factor"),
    "cropped, padded": (tuple(f"crop:{p}" for p in (1, 2, 5)), "% of each side"),
    "brightness": (tuple(f"brightness:{p}" for p in (-5, -2, -1, 1, 2, 5)), "%"),
    "flipped LSBs": (tuple(f"lsb:{p}" for p in (0.01, 0.1, 1, 10)), "of a thousand"),
    "Gaussian noise": (tuple(f"noise:{s}" for s in (0.01, 0.02, 0.05, 0.1)), "sigma / std"),
    "Gaussian blur": (tuple(f"blur:{s}" for s in (0.005, 0.01, 0.02, 0.1)), "sigma / std"),
}
"""Families of channels that make a curve: names in order, and what their value is."""

MESSENGERS = {
    "signal": "fit:1600+jpeg:70",
    "telegram": "fit:1280+jpeg:87",
    "whatsapp": "fit:1600+jpeg:75",
}
"""What messengers make of a photograph: Signal for Android (usual quality; high: 4096 and 75) and
Telegram Desktop as their sources say, WhatsApp as others have measured. Apps change."""

GROUPS = {
    "curves": tuple(name for names, _ in CURVES.values() for name in names),
    "paper": (PNG, "blur", "noise", "jpeg:75", "poisson"),
}


@dataclass(frozen=True)
class Channel:
    """A named channel; `distort` gives an 8-bit picture, in another size where it is `small`."""

    name: str
    distort: Distort


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
    if name == FLOAT:
        return Channel(FLOAT, _same)
    steps = [_step(part, name) for part in _parts(name)]
    return Channel(name, steps[0] if len(steps) == 1 else partial(_chained, steps))


def for_part(name: str, size: tuple[int, ...]) -> str:
    """The channel that does to a part of a picture what this one does to the whole.

    Args:
        name: of a channel.
        size: of the whole, rows and columns first.
    """
    found, longest = [], float(max(size[:2]))
    for part in _parts(name):
        kind, _, value = part.partition(":")
        if kind == FIT:
            value = f"{max(min(float(value) / longest, 1), _LEAST_SCALE):.6g}"
            part = f"{_SMALL}:{value}"
        if kind in (FIT, _SMALL):
            longest *= float(value)
        found.append(part)
    return "+".join(found)


def _parts(name: str) -> list[str]:
    """One step after the other, messengers by what they do."""
    return "+".join(MESSENGERS.get(part, part) for part in name.split("+")).split("+")


def _step(text: str, name: str) -> Distort:
    kind, *words = text.split(":")
    if kind not in _KINDS:
        known = ", ".join((FLOAT, *_KINDS, *MESSENGERS, *GROUPS))
        raise UsageError(f"unknown channel {shown(name)}; known: {known}")
    distort, wanted = _KINDS[kind]
    if len(words) > len(wanted):
        raise UsageError(f"channel {shown(name)}: too many values")
    try:
        given = [float(word) for word in words]
    except ValueError:
        fault = f"values must be numbers ({len(wanted)})"
        raise UsageError(f"channel {shown(name)}: {fault}") from None
    found = [*given, *(value.default for value in wanted[len(given) :])]
    for value, number in zip(wanted, found, strict=True):
        if fault := value.fault(number, kind):
            raise UsageError(f"channel {shown(name)}: {fault}")
    return partial(distort, *found)


def _chained(steps: list[Distort], image: Rgb8, random: Generator) -> Rgb8:
    for step in steps:
        image = step(image, random)
    return image


@dataclass(frozen=True)
class _Value:
    """A number of a channel: its range, or its only values.

    Attributes:
        default: where none is given; None: it must be, such as `example`.
    """

    low: float
    high: float
    default: float | None = None
    example: str = ""
    only: tuple[float, ...] = ()

    def fault(self, number: float | None, kind: str) -> str:
        """What is wrong with a number, if anything is."""
        if number is None:
            return f"needs a value, such as {kind}:{self.example}"
        if self.only and number not in self.only:
            return f"{number:g} is not {' or '.join(f'{one:g}' for one in self.only)}"
        within = self.low <= number <= self.high
        return "" if within else f"{number:g} is not between {self.low:g} and {self.high:g}"


def _same(image: Rgb8, random: Generator) -> Rgb8:
    return image


def _jpeg(quality: float, subsampling: float, image: Rgb8, random: Generator) -> Rgb8:
    mode = {420: "4:2:0", 444: "4:4:4"}[int(subsampling)]
    return _coded(image, "JPEG", quality=int(quality), subsampling=mode)


def _webp(quality: float, image: Rgb8, random: Generator) -> Rgb8:
    return _coded(image, "WEBP", quality=int(quality))


def _avif(quality: float, image: Rgb8, random: Generator) -> Rgb8:
    return _coded(image, "AVIF", quality=int(quality), speed=8)


def _coded(image: Rgb8, kind: str, **options: object) -> Rgb8:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, kind, **options)
    with Image.open(buffer) as decoded:
        return np.array(decoded.convert("RGB"))


def _resize(factor: float, image: Rgb8, random: Generator) -> Rgb8:
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    there = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
    return np.array(there.resize((width, height), Image.Resampling.BICUBIC))


def _small(factor: float, image: Rgb8, random: Generator) -> Rgb8:
    """As a messenger sends it on: it stays at the other size."""
    return _resized(image, [int(side * factor) for side in image.shape[:2]])


def _fit(most: float, image: Rgb8, random: Generator) -> Rgb8:
    """Made smaller where its longer side has more pixels than these."""
    longest = max(image.shape[:2])
    if longest <= most:
        return image
    return _resized(image, [round(side * most / longest) for side in image.shape[:2]])


def _resized(image: Rgb8, size: list[int]) -> Rgb8:
    """To so many rows and columns, one at least."""
    target = max(1, size[1]), max(1, size[0])
    return np.array(Image.fromarray(image).resize(target, Image.Resampling.LANCZOS))


def _crop(percent: float, image: Rgb8, random: Generator) -> Rgb8:
    """So much is cut off every side and replaced by black: what is left stays in place."""
    rows, columns = (max(1, round(side * percent / 100)) for side in image.shape[:2])
    kept = np.zeros_like(image)
    inner = (slice(rows, -rows), slice(columns, -columns))
    kept[inner] = image[inner]
    return kept


def _brightness(percent: float, image: Rgb8, random: Generator) -> Rgb8:
    """All samples times 1 + percent / 100."""
    return as_levels(image * (1 + percent / 100))


def _contrast(percent: float, image: Rgb8, random: Generator) -> Rgb8:
    """The distance of every sample from 128 times 1 + percent / 100."""
    return as_levels((image - 128.0) * (1 + percent / 100) + 128)


def _gamma(power: float, image: Rgb8, random: Generator) -> Rgb8:
    return as_levels(255 * (image / 255) ** power)


def _lsb(per_thousand: float, image: Rgb8, random: Generator) -> Rgb8:
    """The lowest bit of exactly so many samples of a thousand flips, of one at least."""
    flat = image.flatten()
    count = max(1, round(len(flat) * per_thousand / 1000))
    flat[random.choice(len(flat), count, replace=False)] ^= 1
    return flat.reshape(image.shape)


def _noise(share: float, image: Rgb8, random: Generator) -> Rgb8:
    """Gaussian, sigma = share of the stego's standard deviation."""
    sigma = share * image.std()
    return _by_bands(image, lambda rows: rows + random.normal(0, sigma, rows.shape))


def _blur(share: float, image: Rgb8, random: Generator) -> Rgb8:
    """A 3x3 Gaussian kernel, sigma = share of the stego's standard deviation in levels."""
    sigma = max(share * float(image.std()), 1e-3)
    side = np.exp(-0.5 / sigma**2)
    middle, side = 1 / (1 + 2 * side), side / (1 + 2 * side)

    def blurred(rows: Rgb8) -> Floats:
        wide = np.pad(rows.astype(np.float64), [(0, 0), (1, 1), (0, 0)], mode="reflect")
        across = side * (wide[:, :-2] + wide[:, 2:]) + middle * wide[:, 1:-1]
        found: Floats = side * (across[:-2] + across[2:]) + middle * across[1:-1]
        return found

    padded = np.pad(image, [(1, 1), (0, 0), (0, 0)], mode="reflect")
    return _by_bands(padded, blurred, 1)


def _poisson(image: Rgb8, random: Generator) -> Rgb8:
    """Each sample a Poisson number whose mean it is: shot noise with a peak of 255."""
    return _by_bands(image, lambda rows: random.poisson(rows).astype(float))


def _by_bands(image: Rgb8, change: Callable[[Rgb8], Floats], margin: int = 0) -> Rgb8:
    """A picture changed some rows at a time, from the top: large ones take little memory.

    Args:
        margin: rows above and below that a change needs and takes away.
    """
    height = len(image) - 2 * margin
    found = np.empty((height, *image.shape[1:]), np.uint8)
    for first in range(0, height, _BAND):
        end = min(first + _BAND, height)
        found[first:end] = as_levels(change(image[first : end + 2 * margin]))
    return found


_KINDS: dict[str, tuple[Callable[..., Rgb8], tuple[_Value, ...]]] = {
    PNG: (_same, ()),
    "jpeg": (_jpeg, (_Value(1, 100, example="75"), _Value(420, 444, 420, only=(420, 444)))),
    "webp": (_webp, (_Value(1, 100, example="80"),)),
    "avif": (_avif, (_Value(1, 100, example="60"),)),
    "resize": (_resize, (_Value(0.1, 4, example="0.5"),)),
    _SMALL: (_small, (_Value(_LEAST_SCALE, 4, example="0.5"),)),
    FIT: (_fit, (_Value(16, 100_000, example="1600"),)),
    "crop": (_crop, (_Value(0, 40, 1),)),
    "brightness": (_brightness, (_Value(-90, 900, example="-5"),)),
    "contrast": (_contrast, (_Value(-90, 900, example="-5"),)),
    "gamma": (_gamma, (_Value(0.2, 5, example="0.9"),)),
    "lsb": (_lsb, (_Value(0, 1000, 1),)),
    "noise": (_noise, (_Value(0, 10, 0.1),)),
    "blur": (_blur, (_Value(0, 10, 0.1),)),
    "poisson": (_poisson, ()),
}
