"""Concealed secrets to attack, each with all that its sender knows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.header.drafts import TrailingDraft
from sshr.header.metadata import Metadata
from sshr.header.writer import HeaderWriter, Randomness
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

_REFERENCE_ALONE = Keys(reference_alone=True)


@dataclass(frozen=True)
class ConcealedPair:
    """One secret concealed as the product does it, header included, and what the sender knows.

    Attributes:
        secret, reference, stego: (H, W, 3) uint8 RGB, sides multiples of 16.
        rsrk_public: k_pub_s as the header holds it.
        k_sym: (d,).
        scales: as in the metadata.
    """

    secret: Rgb8
    reference: Rgb8
    stego: Rgb8
    rsrk_public: bytes
    k_sym: NDArray[np.float32]
    scales: bytes
    session: Session


def conceal_pair(
    engine: Engine,
    secret: Rgb8,
    reference: Rgb8,
    random: Randomness,
    keys: Keys = _REFERENCE_ALONE,
) -> ConcealedPair:
    """Conceal, under the reference alone unless told otherwise: that is quick, and the session key
    is as random as any.

    Args:
        secret, reference: (H, W, 3) uint8 RGB of one size, sides multiples of 16.
        random: gives so many bytes, such as `os.urandom`.
        keys: passphrase and recipients.

    Raises:
        TooSmallError: the header does not fit.
    """
    rsrk_public = engine.rsrk_public(secret)
    k_sym = engine.rsrk_symmetric(rsrk_public, reference)
    sending = HeaderWriter.start(reference, keys, random)
    height, width = secret.shape[:2]
    made = engine.conceal(secret, reference, k_sym, sending.session)
    metadata = Metadata(
        engine.identity, width, height, rsrk_public=rsrk_public, tile_scales=made.scales
    )
    stego = sending.write(TrailingDraft(made.rounder), metadata, ecc=True)
    return ConcealedPair(secret, reference, stego, rsrk_public, k_sym, made.scales, sending.session)
