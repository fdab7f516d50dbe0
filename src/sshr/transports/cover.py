"""What network and header see of a picture: its RGB samples, or packed ones if it is greyscale.

A greyscale reference gives a greyscale stego. Both sides decide from the samples alone: a picture
whose channels are equal is greyscale, however its file stores it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.header.metadata import Fit, Metadata, SecretMode
from sshr.imaging.fitting import FitMode, Size, fit_to, should_turn, size_left, unfit
from sshr.imaging.limits import MIN_SIDE
from sshr.imaging.modes import as_rgb
from sshr.imaging.packing import is_grey, pack, packed_size, unpack, unpacked_size, with_rim
from sshr.imaging.reading import Picture
from sshr.imaging.tiles import tiled_area
from sshr.types import Rgb8

FITS: dict[FitMode, Fit] = {"contain": Fit.CONTAIN, "cover": Fit.COVER, "stretch": Fit.STRETCH}
_MODES: dict[Fit, FitMode] = {fit: mode for mode, fit in FITS.items()}


def is_packed(reference: Rgb8) -> bool:
    """Whether stegos of this reference (HWC RGB) are greyscale: it is, and large enough."""
    return min(packed_size(*reference.shape[:2])) >= MIN_SIDE and is_grey(reference)


def samples_of(picture: Rgb8, packed: bool) -> Rgb8:
    """HWC RGB as network and header see it."""
    return pack(picture[:, :, 0]) if packed else picture


def picture_of(samples: Rgb8, reference: Rgb8, packed: bool, greyscale: bool) -> NDArray[np.uint8]:
    """Inverse of `samples_of` for a stego: HW if `greyscale`, else HWC RGB."""
    if not packed:
        return samples
    own = reference[:, :, 0]
    grey = with_rim(unpack(samples, own), own)
    return grey if greyscale else as_rgb(grey)


@dataclass(frozen=True)
class Cover:
    """A reference as its stegos see it.

    Attributes:
        picture: as it was read.
        packed: its stegos are greyscale.
        samples: (H, W, 3) uint8, what network and header work on.
    """

    picture: Picture
    packed: bool
    samples: Rgb8

    @classmethod
    def of(cls, picture: Picture) -> "Cover":
        """The cover that a reference makes."""
        packed = is_packed(picture.rgb)
        return cls(picture, packed, samples_of(picture.rgb, packed))

    def stego(self, samples: Rgb8) -> NDArray[np.uint8]:
        """The picture of a stego's samples: HWC RGB, or HW where the reference was greyscale."""
        return picture_of(samples, self.picture.rgb, self.packed, self.picture.greyscale)


@dataclass(frozen=True)
class CoverPair:
    """A stego and its reference as network and header see them.

    Attributes:
        rim_intact: what is left out of packed samples follows from them; no MAC covers it.
    """

    stego: Rgb8
    reference: Rgb8
    rim_intact: bool = True

    @classmethod
    def of(cls, stego: Rgb8, reference: Rgb8) -> "CoverPair":
        """From HWC RGB pictures. A stego with colour is read as one, whatever the reference."""
        if stego.shape != reference.shape or not is_packed(reference) or not is_grey(stego):
            return cls(stego, reference)
        seen, shared = pack(stego[:, :, 0]), pack(reference[:, :, 0])
        rim_intact = np.array_equal(picture_of(seen, reference, True, True), stego[:, :, 0])
        return cls(seen, shared, rim_intact)


@dataclass(frozen=True)
class FitPlan:
    """How a secret is brought to a carrier. Sizes are height and width.

    Attributes:
        fit: the mode that is used, for the metadata.
        turned: it is turned by a quarter first.
        shown: of the fitted secret as a picture, before packing or squeezing.
        concealed: of what the network gets; smaller than `shown` where colours were squeezed.
        carried: of the detail that is kept, as the secret lies.
    """

    fit: FitMode
    turned: bool
    shown: Size
    concealed: Size
    carried: Size


@dataclass(frozen=True)
class FittedSecret:
    """A secret of the carrier's size: HWC RGB as network and header see it, and how it came so."""

    image: Rgb8
    mode: SecretMode
    plan: FitPlan


def plan_fit(secret: Picture, cover: Cover, fit: FitMode) -> FitPlan:
    """How `fit_secret` brings a secret to the carrier of a reference.

    A secret is turned by a quarter where that keeps more of it.
    """
    carrier, whole = tiled_area(*cover.samples.shape[:2]), cover.samples.shape[:2]
    area = unpacked_size(*carrier) if cover.packed else carrier
    whole = unpacked_size(*whole) if cover.packed else whole
    if area != whole and _within_a_block(secret.size, whole, cover.packed):
        fit = "stretch"  # by the rim alone; keeping the aspect would only resize the other axis too
    turned = should_turn(secret.size, area, fit)
    squeezed = cover.packed and not is_grey(secret.rgb)
    left = (
        carrier if squeezed else size_left(secret.size[::-1] if turned else secret.size, area, fit)
    )
    return FitPlan(fit, turned, area, carrier if squeezed else area, left[::-1] if turned else left)


def fit_secret(secret: Picture, cover: Cover, fit: FitMode) -> FittedSecret:
    """Bring a secret to the carrier of a reference.

    A packed carrier's pixels are not square. A greyscale secret is packed as well and loses
    nothing; a coloured one is squeezed to the carrier's size.
    """
    plan = plan_fit(secret, cover, fit)
    image = fit_to(np.rot90(secret.rgb) if plan.turned else secret.rgb, plan.shown, plan.fit)
    if not cover.packed:
        mode = SecretMode.GREYSCALE if secret.greyscale else SecretMode.RGB
    elif is_grey(secret.rgb):
        image, mode = pack(image[:, :, 0]), SecretMode.PACKED
    else:
        image, mode = fit_to(image, plan.concealed, "stretch"), SecretMode.SQUEEZED
    return FittedSecret(image, mode, plan)


def restored(carrier: Rgb8, metadata: Metadata) -> NDArray[np.uint8]:
    """The secret in its own size: HWC RGB, or HW where it was greyscale.

    Raises:
        ValueError: the metadata do not fit the carrier.
    """
    mode = metadata.secret_mode
    if mode is SecretMode.PACKED:
        carrier = as_rgb(unpack(carrier))
    elif mode is SecretMode.SQUEEZED:
        carrier = fit_to(carrier, unpacked_size(*carrier.shape[:2]), "stretch")
    size = (metadata.secret_height, metadata.secret_width)
    if metadata.turned:
        image = np.rot90(unfit(carrier, size[::-1], _MODES[metadata.fit]), -1).copy()
    else:
        image = unfit(carrier, size, _MODES[metadata.fit])
    return np.rint(image.mean(axis=2)).astype(np.uint8) if mode.greyscale else image


def _within_a_block(size: tuple[int, int], whole: tuple[int, int], packed: bool) -> bool:
    """Whether a secret has the reference's size, the row and columns aside that packing leaves."""
    slack = (1, 2) if packed else (0, 0)
    return all(0 <= own - most <= more for own, most, more in zip(size, whole, slack, strict=True))
