"""How loud the noise must be: from the stego's PSNR to a base level, to a capacity, and back."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.distributions import LEVELS
from sshr.transports.sealed.noise_map import LEVELS_A_STEP, step_count
from sshr.transports.sealed.noise_model import NoiseModel

TAG_BYTES = 16
WORD_BITS = 32


class Capacity:
    """Expectations for one noise model of which some samples carry the header's bits too.

    Args:
        shared: flat indices of these samples.
    """

    def __init__(self, model: NoiseModel, shared: NDArray[np.int64]) -> None:
        self._model = model
        self._samples = len(model.samples)
        self._shared = len(shared)
        self._joint = model.joint(shared)

    def bits(self, base: int) -> float:
        """Information that the changes have beside the header's, on average, at least."""
        return self._model.expected(base)[0] - self._model.choice_bits(self._joint, base)

    def bytes_at(self, base: int) -> int:
        """Bytes of content that fit, by all likelihood: two standard deviations are kept back."""
        return self._bytes(base, 2)

    def _bytes(self, base: int, deviations: int) -> int:
        bits = self.bits(base)
        spread = math.sqrt(min(12 * bits, 1.1 * self._samples))
        words = int((bits - deviations * spread) / WORD_BITS) - 2
        return max(4 * words - TAG_BYTES, 0)

    def psnr(self, base: int) -> float:
        """Expected PSNR of the stego in dB."""
        # The header's bit moves half of its samples by one level.
        squares = self._model.expected(base)[1] + self._shared / 2
        return 10 * math.log10(255**2 * self._samples / squares) if squares else math.inf

    def base_for_psnr(self, psnr: float) -> int:
        """The loudest base level of at least this PSNR."""
        return self._search(lambda base: self.psnr(base) < psnr) - 1

    def base_for_bytes(self, size: int) -> int:
        """The quietest base level with room for so many bytes, or the loudest of all."""
        return self._search(lambda base: self.bytes_at(base) >= size)

    def base_to_try(self, size: int) -> int:
        """The quietest base level at which so many bytes may fit, with some luck."""
        return self._search(lambda base: self._bytes(base, -1) >= size)

    def _search(self, true_from: Callable[[int], bool]) -> int:
        low, high = -LEVELS_A_STEP * step_count(self._model.noise), LEVELS - 1
        while low < high:
            middle = (low + high) // 2
            if true_from(middle):
                high = middle
            else:
                low = middle + 1
        return low
