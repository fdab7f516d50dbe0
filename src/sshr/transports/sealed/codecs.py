"""Pictures as compressed bytes: the best that fits, or the smallest that is good enough.

Lossless is JPEG XL. Lossy is the best of JPEG 2000 on orthonormal opponent planes of 16 bits (one
code stream each, of one distortion; it wins above some 45 dB), AVIF and JPEG XL; or lossless above
a row and lossy below it (`bands.py` for large pictures).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sshr.imaging.avif import bare_avif
from sshr.transports.sealed.bands import in_bands, stepped_bytes
from sshr.transports.sealed.decoders import LENGTH, PictureCodec, decode
from sshr.transports.sealed.jpeg2000 import LEAST_SIDE
from sshr.transports.sealed.jpeg_xl import save_jxl
from sshr.transports.sealed.pillow_codecs import save
from sshr.transports.sealed.planes import code_planes, fit_planes, join_planes
from sshr.transports.sealed.sharing import plane_shares

_LARGE = 1 << 20
"""Pixels from which on speed counts more than the last percent."""

# On 256 px crops of the training photographs the first codec wins from some 45 dB on.
_SETTLED_DB = 47.0
_SPLIT_FROM, _SPLIT_ONLY_FROM = 0.72, 0.85
_SPLIT_QUALITY = 62.0  # some 50 dB
_EXACT_ROWS = 0.25  # of all, with which bands are as good as JPEG 2000 on noisy photographs
_SAMPLES, _SAMPLE_SIDE = 6, 256
_START, _NEAR, _SECANTS = 60.0, 0.03, 5  # dB
_HALVINGS = 13
_TRIES, _A_FEW = 3, 64  # bytes
_OPPONENT_BOUNDS = 40.0, 100.0
_A_LITTLE, _FOR_SURE = 0.05, 0.15  # dB; the second is worth the time of a second try
_BITS_A_DECIBEL = 1 / 6.02
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Coded:
    """A compressed picture.

    Attributes:
        picture: what it was made of; None if it is lossless.
    """

    codec: PictureCodec
    data: bytes
    picture: NDArray[np.uint8] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def psnr(self) -> float:
        """Of what it decodes to, dB, RGB; infinite if that is all of it."""
        if self.picture is None:
            return float("inf")
        found = decode(self.codec, self.data, self.picture.shape)
        mean = float(np.mean(np.square(found.astype(np.float32) - self.picture), dtype=np.float64))
        return float(10 * np.log10(255**2 / mean)) if mean else float("inf")


def lossless(picture: NDArray[np.uint8]) -> Coded:
    """An exact code of (H, W, 3) RGB or (H, W) grey, uint8."""
    efforts = (7, 9) if picture.size < _LARGE else (3,)
    codes = [save_jxl(picture, lossless=True, effort=effort) for effort in efforts]
    return Coded(PictureCodec.JPEG_XL, min(codes, key=len))


def lossless_bytes(picture: NDArray[np.uint8]) -> int:
    """About how long the exact code of a large picture is, from some of its rows."""
    rows = _sample(picture)
    return len(lossless(rows).data) * picture.size // rows.size


def is_large(picture: NDArray[np.uint8]) -> bool:
    """Whether some of it tells how the whole is coded, for the sake of time."""
    return picture.size >= 3 * _LARGE


def fitting(picture: NDArray[np.uint8], capacity: int, whole: int) -> Coded | None:
    """The code of the highest PSNR within `capacity` bytes, or None where none fits.

    Args:
        whole: bytes of the lossless code, which does not fit; of a large picture about, and where
            it fits after all, it is what is found.
    """
    best: Coded | None = None
    if is_large(picture):
        best = _banded(picture, capacity, whole)
        if best or _has_planes(picture):
            return best or _transformed(picture, capacity)
    elif capacity > _SPLIT_FROM * whole:
        best = _split(picture, capacity, whole)
        if best and capacity > _SPLIT_ONLY_FROM * whole:
            return best
    for encode, bounds in _lossy(picture):
        if best and best.psnr > _SETTLED_DB:
            break
        code = _largest(encode, bounds, picture, capacity)
        coded = None if code is None else Coded(*code, picture)
        if coded and (best is None or coded.psnr > best.psnr):
            best = coded
    return best


def _banded(picture: NDArray[np.uint8], capacity: int, whole: int) -> Coded | None:
    """In bands, if they are worth it: it takes some exact rows to be better than a transform."""
    rows = _sample(picture)
    lossy = stepped_bytes(rows) * picture.size // rows.size
    if capacity < lossy + _EXACT_ROWS * (whole - lossy):
        return None
    found = in_bands(picture, capacity)
    if found is None:
        return None
    code, exact = found
    return Coded(PictureCodec.BANDS, code, None if exact else picture)


def _transformed(picture: NDArray[np.uint8], capacity: int) -> Coded | None:
    """By JPEG 2000 in one go, which cuts each plane to its share."""
    shares = plane_shares(picture, capacity)
    room = capacity - LENGTH.size * len(shares)
    for _ in range(_TRIES):
        if room <= 0:
            break
        code = join_planes(fit_planes(picture, [room * share for share in shares]))
        if len(code) <= capacity:
            return Coded(PictureCodec.OPPONENT_JPEG_2000, code, picture)
        room -= len(code) - capacity + _A_FEW
    return None


def _split(picture: NDArray[np.uint8], capacity: int, whole: int) -> Coded | None:
    """Rows above without loss, rows below with it, where nearly all would fit without.

    The last bits of a transform code buy little: a picture that is exact in nine tenths and has
    50 dB in the last has 60 dB, where one code for all of it has 54.
    """
    if not _has_planes(picture):
        return None
    lossy = len(_opponent(picture, _SPLIT_QUALITY)[1])
    if lossy >= capacity or whole <= capacity:
        return None
    a_row = (whole - lossy) / len(picture)
    low, high = 1, len(picture) - LEAST_SIDE
    rows, best = int((capacity - lossy) / a_row), None
    for _ in range(5):
        if low > high:
            break
        rows = min(max(rows, low), high)
        code = _split_at(picture, rows, _SPLIT_QUALITY)
        spare = capacity - len(code)
        if spare >= 0:
            best, low = code, rows + 1
        else:
            high = rows - 1
        rows += int(spare / a_row) or (1 if spare >= 0 else -1)
    return None if best is None else Coded(PictureCodec.SPLIT, best, picture)


def _split_at(picture: NDArray[np.uint8], rows: int, quality: float) -> bytes:
    above = save_jxl(np.ascontiguousarray(picture[:rows]), lossless=True, effort=7)
    head = LENGTH.pack(rows) + LENGTH.pack(len(above))
    return head + above + _opponent(picture[rows:], quality)[1]


def reaching(picture: NDArray[np.uint8], psnr: float) -> Coded:
    """The smallest code of at least this PSNR; lossless where that is smaller."""
    codes = [lossless(picture)]
    for encode, bounds in _lossy(picture)[: 1 if psnr > _SETTLED_DB else None]:
        best = _smallest(encode, bounds, picture, psnr)
        if best is not None:
            codes.append(best)
    return min(codes, key=lambda each: len(each.data))


Encode = Callable[[NDArray[np.uint8], float], tuple[PictureCodec, bytes]]
Bounds = tuple[float, float]


def _lossy(picture: NDArray[np.uint8]) -> list[tuple[Encode, Bounds]]:
    """Encoders with a range of their quality, in which bytes and PSNR rise."""
    first: list[tuple[Encode, Bounds]] = []
    if _has_planes(picture):
        first.append((_opponent, _OPPONENT_BOUNDS))
        if is_large(picture):
            return first
    others: list[tuple[Encode, Bounds]] = [(_jpeg_xl, (1.0, 99.9))]
    if picture.ndim == 3:  # a grey AVIF comes back as RGB
        others.append((_avif, (0.0, 100.0)))
    return first + [each for each in others if _is_readable(each[0])]


def _has_planes(picture: NDArray[np.uint8]) -> bool:
    """Whether JPEG 2000 takes it."""
    return min(picture.shape[:2]) >= LEAST_SIDE and _is_readable(_opponent)


@functools.cache
def _is_readable(encode: Encode) -> bool:
    """Whether `decode` takes what this build of Pillow writes; another may write other headers."""
    probe = np.zeros((64, 64, 3), np.uint8)
    try:
        decode(*encode(probe, 50.0), probe.shape)
    except (RuntimeError, ValueError):
        return False
    return True


def _largest(
    encode: Encode, bounds: Bounds, picture: NDArray[np.uint8], capacity: int
) -> tuple[PictureCodec, bytes] | None:
    """The code of the highest quality within `capacity` bytes."""
    if not is_large(picture):
        return _bisected(bounds, lambda value: _within(encode(picture, value), capacity), up=True)
    rows = _sample(picture)
    share = int(capacity * rows.size / picture.size)
    slope = rows.size * _BITS_A_DECIBEL / 8
    quality = _where(lambda value: len(encode(rows, value)[1]), share, bounds, slope)
    quality -= _FOR_SURE
    while quality >= bounds[0]:
        code = encode(picture, quality)
        if len(code[1]) <= capacity:
            return code
        quality -= _A_LITTLE + 8 * (len(code[1]) - capacity) / picture.size / _BITS_A_DECIBEL
    return None


def _smallest(
    encode: Encode, bounds: Bounds, picture: NDArray[np.uint8], psnr: float
) -> Coded | None:
    """The shortest code of at least this PSNR."""

    def reached(quality: float) -> Coded | None:
        coded = Coded(*encode(picture, quality), picture)
        return coded if coded.psnr >= psnr else None

    if not is_large(picture):
        return _bisected(bounds, reached, up=False)
    rows = _sample(picture)

    def measured(quality: float) -> float:
        return min(Coded(*encode(rows, quality), rows).psnr, bounds[1])  # it may be infinite

    quality = _where(measured, psnr, bounds, 1.0)
    while quality <= bounds[1]:
        coded = Coded(*encode(picture, quality), picture)
        if coded.psnr >= psnr:
            return coded
        quality += _A_LITTLE + psnr - coded.psnr
    return None


def _where(measure: Callable[[float], float], target: float, bounds: Bounds, slope: float) -> float:
    """About where a rising measure, of this slope or so, has this value: by secants."""
    value, before = _START, None
    for _ in range(_SECANTS):
        found = measure(value)
        if before and value != before[0]:
            slope = max((found - before[1]) / (value - before[0]), slope / 4)
        before = value, found
        value = min(max(value + (target - found) / slope, bounds[0]), bounds[1])
        if abs(value - before[0]) < _NEAR:
            break
    return value


def _bisected(bounds: Bounds, attempt: Callable[[float], _Found | None], up: bool) -> _Found | None:
    """What `attempt` gave at the last quality at which it gave anything.

    Args:
        up: what is found is better the higher the quality, as long as there is anything.
    """
    low, high = bounds
    best: _Found | None = None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        found = attempt(middle)
        if found is not None:
            best = found
        if (found is not None) is up:
            low = middle
        else:
            high = middle
    return best


def _within(code: tuple[PictureCodec, bytes], capacity: int) -> tuple[PictureCodec, bytes] | None:
    return code if len(code[1]) <= capacity else None


def _sample(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Squares of a large picture from everywhere, one below the other, by which it is judged."""
    side = min(*picture.shape[:2], _SAMPLE_SIDE)
    bottom, right = (length - side for length in picture.shape[:2])
    tops = [bottom * number // (_SAMPLES - 1) for number in range(_SAMPLES)]
    lefts = [right * (number * 2 % _SAMPLES) // (_SAMPLES - 1) for number in range(_SAMPLES)]
    return np.concatenate(
        [picture[top:, left:][:side, :side] for top, left in zip(tops, lefts, strict=True)]
    )


def _opponent(picture: NDArray[np.uint8], quality: float) -> tuple[PictureCodec, bytes]:
    return PictureCodec.OPPONENT_JPEG_2000, join_planes(code_planes(picture, quality))


def _avif(picture: NDArray[np.uint8], quality: float) -> tuple[PictureCodec, bytes]:
    options = {"quality": round(quality), "subsampling": "4:4:4", "speed": 6}
    return PictureCodec.AVIF, bare_avif(save(picture, "AVIF", **options))


def _jpeg_xl(picture: NDArray[np.uint8], quality: float) -> tuple[PictureCodec, bytes]:
    return PictureCodec.JPEG_XL, save_jxl(picture, quality=quality, effort=7)
