"""What a received picture tells of every coefficient's bit, whatever has happened to it.

The receiver knows the reference, so he learns the channel from it: as a JPEG's quantiser, or as a
linear filter of the reference (blur, brightness, another size) with noise whose strength in each
coefficient is estimated together with the changes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.blocks import coefficients, luma
from sshr.transports.robust.design import ALL, Design
from sshr.transports.robust.jpeg_grid import cell_ratios, find_quality
from sshr.types import Rgb8

Floats = NDArray[np.float64]

MOST = 8.0
"""Largest logarithm of a ratio that is believed."""

_SIDE = 9
_SAMPLES = 60_000
_ROUNDS = 8
_FAINT = 0.03
"""Of power against noise: less tells nothing, and its estimate is not to be believed."""

_FILTERS = {
    "Lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
}


@dataclass(frozen=True)
class Heard:
    """What was received.

    Attributes:
        ratios: (rows, columns, 8, 8) float32, log P(0) / P(1), within MOST.
        channel: what seems to have happened, in words.
    """

    ratios: NDArray[np.float32]
    channel: str


def listen(received: Rgb8, reference: Rgb8, plan: Design) -> Heard:
    """Compare a received picture, of any size, with the reference."""
    own = luma(reference) / 256
    if received.shape != reference.shape:
        residual, kernel, channel = _resized(luma(received) / 256, own)
        ratios = _noisy_ratios(_inverse(residual, kernel), plan)
        return Heard(ratios, channel)
    seen = luma(received) / 256
    found = coefficients(seen)
    quality = find_quality(found)
    told = None if quality is None else cell_ratios(found, coefficients(own), plan, quality)
    if told is not None:
        return Heard(told.clip(-MOST, MOST), f"JPEG of about quality {quality}")
    plain = found - coefficients(own)
    away = np.minimum(np.abs(plain - plan.zero), np.abs(plain - plan.one))[plan.classes > 0]
    if len(away) and float(np.square(away).mean()) < (1.2 * plan.deviation) ** 2:
        # Nothing has happened: a fitted filter would be wrong at the picture's edge.
        return Heard(_noisy_ratios(seen - own, plan), "next to no change")
    kernel, offset = _fitted(seen, own)
    residual = seen - _filtered(own, kernel) - offset
    ratios = _noisy_ratios(_inverse(residual, kernel), plan)
    return Heard(ratios, _words(kernel, offset, residual))


def changed_power(received: Rgb8, reference: Rgb8) -> float:
    """Mean square of what is not the reference, filtered or resized, in the luma."""
    own, seen = luma(reference) / 256, luma(received) / 256
    if received.shape != reference.shape:
        residual, _, _ = _resized(seen, own)
    else:
        kernel, offset = _fitted(seen, own)
        residual = seen - _filtered(own, kernel) - offset
    return float(np.square(residual).mean())


def _words(kernel: Floats, offset: float, residual: Floats) -> str:
    gain, middle = float(kernel.sum()), float(kernel[_SIDE // 2, _SIDE // 2])
    said = []
    if abs(gain - 1) > 0.005 or abs(offset) > 1:
        said.append("another brightness")
    if middle < 0.9 * gain:
        said.append("blur")
    deviation = float(residual.std())
    said.append(f"changes of {deviation:.1f} levels" if deviation > 3.5 else "next to no change")
    return ", ".join(said)


def _resized(seen: Floats, own: Floats) -> tuple[Floats, Floats, str]:
    """The residual in the reference's size, the filter that is left, and what has happened."""
    height = own.shape[0]
    best: tuple[float, Floats, Floats, str] | None = None
    for name, method in _FILTERS.items():
        small = _scaled(own, seen.shape, method)
        kernel, offset = _fitted(seen, small)
        residual = seen - _filtered(small, kernel) - offset
        power = float(np.square(residual).mean())
        if best is None or power < best[0]:
            best = power, residual, kernel, name
    assert best is not None
    _, residual, kernel, name = best
    if seen.shape[0] < height:
        residual = _inverse(residual, kernel)
        kernel = np.zeros((_SIDE, _SIDE))
        kernel[_SIDE // 2, _SIDE // 2] = 1
    whole = _scaled(residual, own.shape, Image.Resampling.LANCZOS)
    return whole, kernel, f"resized to {seen.shape[1]}x{seen.shape[0]} ({name})"


def _scaled(plane: Floats, shape: tuple[int, ...], method: Image.Resampling) -> Floats:
    image = Image.fromarray(plane.astype(np.float32), "F")
    return np.asarray(image.resize((shape[1], shape[0]), method)).astype(np.float64)


def _fitted(seen: Floats, own: Floats) -> tuple[Floats, float]:
    """The filter (9, 9) and offset that make most of the reference into what is seen."""
    reach = _SIDE // 2
    inner = own.shape[0] - 2 * reach, own.shape[1] - 2 * reach
    skip = max(int((inner[0] * inner[1] / _SAMPLES) ** 0.5), 1)
    rows = np.arange(0, inner[0], skip)
    columns = np.arange(0, inner[1], skip)
    windows = np.lib.stride_tricks.sliding_window_view(own, (_SIDE, _SIDE))
    taken = windows[rows[:, None], columns].reshape(-1, _SIDE * _SIDE)
    taken = np.concatenate([taken, np.ones((len(taken), 1))], axis=1)
    target = seen[rows[:, None] + reach, columns + reach].ravel()
    square = taken.T @ taken
    # Smooth references leave the filter open: towards the one that changes nothing.
    start = np.zeros(_SIDE * _SIDE + 1)
    start[_SIDE * _SIDE // 2] = 1
    weak = np.eye(len(start)) * len(taken) * 0.5
    weak[-1, -1] = 1e-6
    found = np.linalg.solve(square + weak, taken.T @ target + weak @ start)
    return found[:-1].reshape(_SIDE, _SIDE), float(found[-1])


def _transfer(kernel: Floats, shape: tuple[int, ...]) -> NDArray[np.complex128]:
    """Of correlation with the kernel, for real planes of this shape."""
    plane = np.zeros(shape)
    plane[:_SIDE, :_SIDE] = kernel[::-1, ::-1]
    reach = _SIDE // 2
    return np.fft.rfft2(np.roll(plane, (-reach, -reach), (0, 1)))


def _filtered(own: Floats, kernel: Floats) -> Floats:
    reach = _SIDE // 2
    padded = np.pad(own, reach, mode="reflect")
    whole = np.fft.irfft2(np.fft.rfft2(padded) * _transfer(kernel, padded.shape), padded.shape)
    return whole[reach:-reach, reach:-reach]


def _inverse(residual: Floats, kernel: Floats) -> Floats:
    """The residual without the filter, as far as that does not raise noise too much."""
    transfer = _transfer(kernel, residual.shape)
    undone = np.conj(transfer) / (np.abs(transfer) ** 2 + 0.02)
    return np.fft.irfft2(np.fft.rfft2(residual) * undone, residual.shape)


def _noisy_ratios(changes: Floats, plan: Design) -> NDArray[np.float32]:
    """By the changes that are left, each coefficient's gain and noise being estimated (EM)."""
    seen = coefficients(changes)
    ratios = np.zeros(seen.shape, np.float32)
    for u in range(ALL):
        for v in range(ALL - u):
            use = plan.classes[:, :, u, v] > 0
            if use.sum() < 8:
                continue
            low, high = plan.zero[:, :, u, v][use], plan.one[:, :, u, v][use]
            middle, half = ((high + sign * low).astype(np.float64) / 2 for sign in (1, -1))
            told = _ratio(seen[:, :, u, v][use], middle, half)
            ratios[:, :, u, v][use] = told
    return ratios.clip(-MOST, MOST)


def _ratio(seen: Floats, middle: Floats, half: Floats) -> Floats:
    gain = 1.0
    noise = max(float(np.square(seen - middle).mean() - np.square(half).mean()), 0.3)
    for _ in range(_ROUNDS):
        off = seen - gain * middle
        guess = np.tanh(gain * half * off / noise)
        sent = middle + half * guess
        power = float((middle**2 + half**2 + 2 * middle * half * guess).sum())
        gain = min(max(float((seen * sent).sum()) / max(power, 1e-9), 0.05), 1.5)
        off = seen - gain * middle
        left = off**2 - 2 * gain * half * guess * off + gain**2 * half**2
        noise = max(float(left.mean()), 0.05)
    if gain**2 * float(np.square(half).mean()) < _FAINT * noise:
        return np.zeros_like(seen)
    return -2 * gain * half * (seen - gain * middle) / noise
