"""Scaling a picture down as a whole: samples and transparency."""

from dataclasses import replace

import numpy as np
from PIL import Image

from sshr.imaging.limits import check_size
from sshr.imaging.reading import Picture


def scaled_down(picture: Picture, max_side: int) -> Picture:
    """At most `max_side` pixels a side, by Pillow's Lanczos filter; smaller ones stay as they are.

    Raises:
        ImageError: the shorter side would be under 64 px.
    """
    height, width = picture.size
    longest = max(height, width)
    if longest <= max_side:
        return picture
    target = (round(width * max_side / longest), round(height * max_side / longest))
    check_size(target[1], target[0], picture.name)
    rgb = np.array(Image.fromarray(picture.rgb).resize(target, Image.Resampling.LANCZOS))
    alpha = picture.alpha
    if alpha is not None:
        alpha = np.array(Image.fromarray(alpha).resize(target, Image.Resampling.LANCZOS))
    return replace(picture, rgb=rgb, alpha=alpha)
