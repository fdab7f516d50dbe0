"""A MAC over the samples of a stego, those of its header aside."""

import struct

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import mac
from sshr.crypto.session import Session
from sshr.types import Rgb8

SAMPLE_MAC_BYTES = 16


def sample_mac(session: Session, image: Rgb8, header_positions: NDArray[np.int64]) -> bytes:
    """MAC (16 bytes) over size and samples of an image whose header samples count as zero.

    Args:
        image: (H, W, 3) uint8 RGB.
        header_positions: indices into the flattened image.
    """
    height, width, _ = image.shape
    samples = image.flatten()
    samples[header_positions] = 0
    size = struct.pack(">II", width, height)
    return mac(session.subkey(b"samples"), SAMPLE_MAC_BYTES, size, samples.data)
