"""Training networks that tell photographs from stegos, and judging with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.types import Rgb8


@dataclass(frozen=True)
class Schooling:
    """How long a detector is trained, with Adam.

    Attributes:
        epochs: passes over all pairs of a photograph and its stego.
        pairs: in a batch; both of a pair are always in one, cut and turned alike.
        side: of the cuts in pixels, or of the picture where that is smaller.
        rate: at first; halved four times on the way.
        decay: of the weights.
    """

    epochs: int = 20
    pairs: int = 4
    side: int = 128
    rate: float = 1e-3
    decay: float = 1e-5


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
        optimiser = torch.optim.Adam(net.parameters(), schooling.rate, weight_decay=schooling.decay)
        halved = torch.optim.lr_scheduler.StepLR(optimiser, max(schooling.epochs // 5, 1), 0.5)
        for _ in range(schooling.epochs):
            order = rng.permutation(len(covers))
            for start in range(0, len(order), schooling.pairs):
                cuts = [
                    self._cut(covers[i], stegos[i], rng) for i in order[start:][: schooling.pairs]
                ]
                batch = torch.stack([one for cut in cuts for one in cut])
                truth = torch.arange(len(batch)) % 2
                loss = F.cross_entropy(net(batch), truth)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            halved.step()
        self._net = net.eval()

    @torch.inference_mode()
    def score(self, images: Sequence[Rgb8]) -> NDArray[np.float64]:
        """See `Detector`."""
        if self._net is None:
            raise RuntimeError("a detector must be fitted first")
        found = [self._net(_tensor(image)[None])[0] for image in images]
        return np.array([float(one[1] - one[0]) for one in found])

    def _cut(self, cover: Rgb8, stego: Rgb8, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """One place of both, turned by quarters and mirrored."""
        height, width = (min(self._schooling.side, side) for side in cover.shape[:2])
        top = int(rng.integers(cover.shape[0] - height + 1))
        left = int(rng.integers(cover.shape[1] - width + 1))
        turns = int(rng.integers(4)) if height == width else 0
        mirrored = bool(rng.integers(2))

        def cut(picture: Rgb8) -> Tensor:
            part = np.rot90(picture[top : top + height, left : left + width], turns)
            return _tensor(part[:, ::-1] if mirrored else part)

        return cut(cover), cut(stego)


def _tensor(picture: Rgb8) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float()
