"""Concealed secrets to attack, each with all that its sender knows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.evaluation.attacks.denoising import median
from sshr.header.drafts import TrailingDraft
from sshr.header.metadata import Metadata
from sshr.header.writer import HeaderWriter, Randomness
from sshr.network.rsrk import decode_rsrk_public
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

_REFERENCE_ALONE = Keys(reference_alone=True)


@dataclass(frozen=True)
class ConcealedPair:
    """One secret concealed as the product does it, header included, and what the sender knows.

    Attributes:
        secret, reference, stego: (H, W, 3) uint8 RGB, sides multiples of 16.
        rsrk_public: k_pub_s as the header holds it.
        k_sym: (1, d).
        scales: as in the metadata.
    """

    secret: Rgb8
    reference: Rgb8
    stego: Rgb8
    rsrk_public: bytes
    k_sym: Tensor
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


def rsrk_public_scores(engine: Engine, pairs: Sequence[ConcealedPair]) -> NDArray[np.float64]:
    """How well each k_pub_s fits each candidate secret: (N, N), higher is better.

    k_pub_s is a function of the secret, without any randomness. The paper sends it in the clear
    (`base` seals it), so an eavesdropper computes it for candidates too, here from smoothed copies
    such as he may have.
    """
    copies = [engine.rsrk_public(median(pair.secret)) for pair in pairs]
    sent, expected = (
        decode_rsrk_public(torch.tensor([list(key) for key in keys], dtype=torch.uint8)).numpy()
        for keys in ([pair.rsrk_public for pair in pairs], copies)
    )
    scores: NDArray[np.float64] = -np.abs(sent[:, None] - expected[None]).sum(axis=2, dtype=float)
    return scores
