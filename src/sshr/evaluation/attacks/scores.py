"""How much of a secret an attack's picture shows, beside what a flat grey would show."""

import math
from dataclasses import dataclass

import numpy as np

from sshr.metrics import MAX_PSNR, psnr, ssim
from sshr.types import Rgb8

_PSNR_MARGIN = 0.2
_SSIM = 0.1
_SSIM_MARGIN = 0.01


@dataclass(frozen=True)
class Score:
    """Figures of one picture against the secret, PSNR in dB over all samples of 8 bits.

    Attributes:
        psnr, ssim: of the picture as it is.
        grey_psnr, grey_ssim: of the best flat grey, the secret's own mean. Where a secret is
            smooth, SSIM takes flat pictures for similar: only what lies above says something.
        fitted_psnr: of the picture after the affine change of its levels that suits the secret
            best. No attacker knows that change, so it bounds what any choice of brightness and
            contrast can give. Never below `grey_psnr`.
        colour_psnr: of the flat picture of the secret's mean colour.
    """

    psnr: float
    grey_psnr: float
    fitted_psnr: float
    ssim: float
    grey_ssim: float
    colour_psnr: float

    @property
    def over_grey(self) -> float:
        """dB that the picture is better than the flat grey."""
        return self.psnr - self.grey_psnr

    @property
    def shows_nothing(self) -> bool:
        """Whether the picture is no better than a flat grey: by 0.2 dB, and by SSIM 0.1 or grey's.

        A flat grey alone has an SSIM above 0.1 with any smooth secret, so 0.1 cannot be the bar
        for those; another flat grey than the mean may be better by a trifle.
        """
        bar = max(_SSIM, self.grey_ssim + _SSIM_MARGIN)
        return self.over_grey <= _PSNR_MARGIN and self.ssim < bar


def score(picture: Rgb8, secret: Rgb8) -> Score:
    """Compare an attack's picture with the secret, both (H, W, 3) uint8 RGB.

    Raises:
        UsageError: see `sshr.metrics`.
    """
    grey = np.full_like(secret, round(secret.mean()))
    colour = np.rint(secret.mean(axis=(0, 1))).astype(np.uint8)
    own, found = (image.astype(np.float64).ravel() for image in (secret, picture))
    own, found = own - own.mean(), found - found.mean()
    variance = float(own @ own) / own.size
    shared = float(own @ found) ** 2 / (float(found @ found) * own.size or 1.0)
    return Score(
        psnr(picture, secret),
        _decibels(variance),
        _decibels(variance - shared),
        ssim(picture, secret),
        ssim(grey, secret),
        psnr(np.broadcast_to(colour, secret.shape), secret),
    )


def _decibels(mean_square: float) -> float:
    if mean_square <= 0:
        return MAX_PSNR
    return min(MAX_PSNR, 10 * math.log10(255**2 / mean_square))
