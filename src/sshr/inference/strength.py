"""Where the reference hides change, and the room that the payload needs; as
`sshr.network.strength`, in NumPy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.network.config import StrengthConfig
from sshr.network.constants import LEAST_SHARE, SHARE_ROUNDS, WINDOW_REACH, window

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Held:
    """What a reference decides of a tile.

    Attributes:
        strength: of the payload at each pixel, (H, W).
        inside: the reference, moved so far inwards that the payload has room, (3, H, W).
    """

    strength: Floats
    inside: Floats


def hold(unit: Floats, config: StrengthConfig, power: float, headroom: float, equal: bool) -> Held:
    """Strength and headroom for a reference (3, H, W) in [0, 1].

    Args:
        power: mean square of the payload where its strength is one.
        headroom: in deviations of the payload.
        equal: where headroom costs some of the stego's PSNR, the payload gives way for it.
    """
    even, reach = _even(unit, config), np.float32(headroom * power**0.5)
    share = _share(unit, reach * even, power) if equal else 1.0
    factor = np.float32(share**0.5)
    room = (reach * factor) * even
    inside = np.maximum(unit, room)
    np.minimum(inside, 1 - room, out=inside)
    even *= factor
    return Held(even, inside)


def _even(unit: Floats, config: StrengthConfig) -> Floats:
    """(H, W), mean square 1: the strength as if no room were needed."""
    if not config.contrast:
        return np.ones(unit.shape[1:], np.float32)
    levels = unit * np.float32(255) - np.float32(127.5)  # the variance is the same, and exacter
    variance = blur(np.square(levels)) - np.square(blur(levels))
    plain = 1 / (np.maximum(variance, 0).mean(0) + np.float32(config.floor))
    power = 1 / np.sqrt(1 + np.float32(config.contrast) * blur(plain[None])[0])
    even: Floats = np.sqrt(power / power.mean(dtype=np.float64).astype(np.float32))
    return even


def _share(unit: Floats, room: Floats, power: float) -> float:
    """What headroom leaves of the payload's power; room is that of the whole payload."""
    # Only samples that close to black or white move, and room never grows.
    near = np.minimum(unit, 1 - unit) < room
    values, rooms = unit[near], np.broadcast_to(room, unit.shape)[near]
    share = 1.0
    for _ in range(SHARE_ROUNDS):
        own = rooms * np.float32(share**0.5)
        moved = np.minimum(np.maximum(values, own), 1 - own) - values
        left = power - float(np.square(moved).sum(dtype=np.float64)) / unit.size
        share = (share * max(left / power, LEAST_SHARE)) ** 0.5
    return share


def blur(planes: Floats) -> Floats:
    """Gaussian mean of (C, H, W) over a window of 11x11 (that of SSIM), the border repeated."""
    taps, reach = window().astype(np.float32), WINDOW_REACH
    _, height, width = planes.shape
    wide = np.pad(planes, ((0, 0), (0, 0), (reach, reach)), mode="edge")
    across = taps[reach] * wide[:, :, reach : reach + width]
    for k in range(1, reach + 1):
        pair = wide[:, :, reach - k : reach - k + width] + wide[:, :, reach + k : reach + k + width]
        pair *= taps[reach + k]
        across += pair
    tall = np.pad(across, ((0, 0), (reach, reach), (0, 0)), mode="edge")
    found: Floats = taps[reach] * tall[:, reach : reach + height]
    for k in range(1, reach + 1):
        pair = tall[:, reach - k : reach - k + height] + tall[:, reach + k : reach + k + height]
        pair *= taps[reach + k]
        found += pair
    return found
