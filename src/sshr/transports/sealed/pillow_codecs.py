"""Codes of Pillow's encoders and decoders, in memory."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def save(picture: NDArray[Any], file_format: str, **options: Any) -> bytes:
    """The file that Pillow would write."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, file_format, **options)
    return stream.getvalue()


def load(data: bytes, file_format: str) -> NDArray[np.uint8]:
    """The samples of a file that Pillow opens by this decoder alone."""
    with Image.open(io.BytesIO(data), formats=[file_format]) as image:
        return np.array(image)
