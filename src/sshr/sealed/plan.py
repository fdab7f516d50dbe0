"""How loud the noise must be: from the stego's PSNR to a base level, to a capacity, and back."""

import math
from collections.abc import Callable

from sshr.sealed.costs import STEP, step_count
from sshr.sealed.model import NoiseModel
from sshr.sealed.tables import LEVELS

TAG_BYTES = 16
WORD_BITS = 32
LOUDEST_DB = 32.0
"""No stego is made to differ more from its reference."""

DRY_RUN_DB = (38, 41, 44, 46, 50)


class Plan:
    """Expectations for one noise model of which so many samples carry nothing."""

    def __init__(self, model: NoiseModel, idle: int) -> None:
        self._model = model
        self._samples = len(model.samples)
        self._share = 1 - idle / self._samples

    def bits(self, base: int) -> float:
        """Information that the carrying samples' changes have, on average."""
        return self._model.expected(base)[0] * self._share

    def room(self, base: int) -> int:
        """Bytes of content that fit, by all likelihood: two standard deviations are kept back."""
        bits = self.bits(base)
        spread = math.sqrt(min(12 * bits, 1.1 * self._samples))
        words = int((bits - 2 * spread) / WORD_BITS) - 2
        return max(4 * words - TAG_BYTES, 0)

    def psnr(self, base: int) -> float:
        """Expected PSNR of the stego in dB."""
        squares = self._model.expected(base)[1]
        return 10 * math.log10(255**2 * self._samples / squares) if squares else math.inf

    def base_for_psnr(self, psnr: float) -> int:
        """The loudest base level of at least this PSNR."""
        return self._search(lambda base: self.psnr(base) < psnr) - 1

    def base_for_bytes(self, size: int) -> int:
        """The quietest base level with room for so many bytes, or the loudest of all."""
        return self._search(lambda base: self.room(base) >= size)

    def _search(self, true_from: Callable[[int], bool]) -> int:
        low, high = -STEP * step_count(self._model.noise), LEVELS - 1
        while low < high:
            middle = (low + high) // 2
            if true_from(middle):
                high = middle
            else:
                low = middle + 1
        return low
