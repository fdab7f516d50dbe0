"""Training networks that tell photographs from stegos, and judging with them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.types import Rgb8

WARM_UP = 50
LOUD, FAINT = 8.0, 0.6


@dataclass(frozen=True)
class Schooling:
    """How long a detector is trained, with Adamax.

    A deep network without a fixed filter does not begin to see changes of less than a level by
    itself. So at first the photographs with Gaussian noise stand for the stegos, noise that falls
    from `LOUD` to `FAINT` levels: the primer.

    Attributes:
        steps: batches of pairs of a photograph and its stego.
        primer: batches before those.
        pairs: in a batch; both of a pair are always in one, cut and turned alike.
        side: of the cuts in pixels, or of the picture where that is smaller.
        rate: of learning; it rises over the first `WARM_UP` batches, and falls over the last 40 %.
        decay: of the weights.
    """

    steps: int = 1000
    primer: int = 0
    pairs: int = 8
    side: int = 64
    rate: float = 2e-3
    decay: float = 1e-5

    def share(self, batch: int) -> float:
        """Of the rate, in this batch."""
        past = batch / (self.primer + self.steps)
        falling = 0.5 + 0.5 * math.cos(math.pi * max(past - 0.6, 0) / 0.4)
        return min((batch + 1) / WARM_UP, 1.0) * max(falling, 0.01)

    def noise(self, batch: int) -> float:
        """Deviation of the primer's noise in this batch, in levels."""
        return LOUD * (FAINT / LOUD) ** ((batch / self.primer) ** 0.7)


def classes(width: int) -> nn.Linear:
    """The last layer, from mean features to photograph and stego."""
    return nn.Linear(width, 2)


class NetworkDetector:
    """See `Detector`.

    Args:
        build: the untrained network, (B, 3, H, W) in levels -> (B, 2).
        seed: of weights, order and cuts.
    """

    def __init__(
        self, build: Callable[[], nn.Module], schooling: Schooling | None = None, seed: int = 0
    ) -> None:
        self._build, self._schooling, self._seed = build, schooling or Schooling(), seed
        self._net: nn.Module | None = None

    def fit(self, covers: Sequence[Rgb8], stegos: Sequence[Rgb8]) -> None:
        """Learn anew from pairs: as many photographs as stegos, one for one.

        Raises:
            ValueError: they are no pairs.
        """
        if len(covers) != len(stegos):
            raise ValueError(f"{len(covers)} photographs and {len(stegos)} stegos are no pairs")
        schooling, rng = self._schooling, np.random.default_rng(self._seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            net = self._build().train()
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.Adamax(
            net.parameters(), schooling.rate, weight_decay=schooling.decay
        )
        rates = torch.optim.lr_scheduler.LambdaLR(optimiser, schooling.share)
        order: list[int] = []
        for batch in range(schooling.primer + schooling.steps):
            while len(order) < schooling.pairs:
                order += rng.permutation(len(covers)).tolist()
            drawn, order = order[: schooling.pairs], order[schooling.pairs :]
            cuts = [self._cut(covers[i], stegos[i], batch, rng) for i in drawn]
            pictures = torch.stack([one for cut in cuts for one in cut])
            truth = torch.arange(len(pictures)) % 2
            loss = F.cross_entropy(net(_fast(pictures)), truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rates.step()
        self._net = net.eval()

    @torch.inference_mode()
    def score(self, images: Sequence[Rgb8]) -> NDArray[np.float64]:
        """See `Detector`."""
        if self._net is None:
            raise RuntimeError("a detector must be fitted first")
        found = [self._net(_fast(_tensor(image)[None]))[0] for image in images]
        return np.array([float(one[1] - one[0]) for one in found])

    def _cut(
        self, cover: Rgb8, stego: Rgb8, batch: int, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        """One place of both, turned by quarters and mirrored."""
        down, across = (min(both) for both in zip(cover.shape[:2], stego.shape[:2], strict=True))
        height, width = (min(self._schooling.side, side) for side in (down, across))
        top = int(rng.integers(down - height + 1))
        left = int(rng.integers(across - width + 1))
        turns = int(rng.integers(4)) if height == width else 0
        mirrored = bool(rng.integers(2))

        def cut(picture: Rgb8) -> Rgb8:
            part = np.rot90(picture[top : top + height, left : left + width], turns)
            return part[:, ::-1] if mirrored else part

        plain = cut(cover)
        if batch >= self._schooling.primer:
            return _tensor(plain), _tensor(cut(stego))
        noisy = plain + rng.normal(0, self._schooling.noise(batch), plain.shape)
        return _tensor(plain), _tensor(noisy.round().clip(0, 255).astype(np.uint8))


def _tensor(picture: Rgb8) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float()


def _fast(pictures: Tensor) -> Tensor:
    """The same in the order of samples that processors take convolutions in fastest."""
    return pictures.contiguous(memory_format=torch.channels_last)
