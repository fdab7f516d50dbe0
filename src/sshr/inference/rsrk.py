"""RSRK keys between header and network; as `sshr.network.rsrk`, in NumPy."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.network.constants import KEY_SIDE, KEY_STEP, KEYS_PER_BYTE
from sshr.types import Rgb8

Floats = NDArray[np.float32]
_SHIFTS = 2 * np.arange(KEYS_PER_BYTE, dtype=np.uint8)


def key_bytes(key_dim: int) -> int:
    """Bytes of k_pub_s in the header."""
    return key_dim // KEYS_PER_BYTE


def encode_key(rsrk_public: Floats) -> bytes:
    """k_pub_s (d,) -> codes of two bits each for the header, the first element lowest."""
    levels = np.rint(rsrk_public / np.float32(KEY_STEP) + np.float32(1.5)).clip(0, 3)
    codes = levels.astype(np.uint8).reshape(-1, KEYS_PER_BYTE) << _SHIFTS
    return codes.sum(1, dtype=np.uint8).tobytes()


def decode_key(codes: bytes) -> Floats:
    """Inverse of `encode_key`, fp32."""
    levels = (np.frombuffer(codes, np.uint8)[:, None] >> _SHIFTS) & 3
    found: Floats = (levels.ravel().astype(np.float32) - np.float32(1.5)) * np.float32(KEY_STEP)
    return found


def thumbnail(picture: Rgb8) -> Floats:
    """(3, 256, 256) in [0, 1] of a picture (H, W, 3): what AlexNet sees of it.

    Bilinear with antialiasing, unrounded; one channel at a time, for the memory of large ones.
    """
    small = np.empty((3, KEY_SIDE, KEY_SIDE), np.float32)
    for channel in range(3):
        plane = Image.fromarray(picture[:, :, channel].astype(np.float32))
        small[channel] = np.asarray(plane.resize((KEY_SIDE, KEY_SIDE), Image.Resampling.BILINEAR))
    small /= np.float32(255)
    return small
