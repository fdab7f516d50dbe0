"""What is common to the rivals: no key, and a receiver who has the stego alone."""

import torch
from torch import Tensor

from sshr.network.hiding import HidingNet, Passage, PhotoFeatures
from sshr.network.rivals.config import RivalConfig


class RivalNet(HidingNet):
    """A rival; pictures are RGB (B, 3, H, W) fp32 in [0, 1].

    Attributes:
        multiple: of which the sides must be.
        noise: standard deviation of what training adds to a stego before it is revealed, so that
            the secret does not hide in the lowest bits.
    """

    multiple = 1
    noise = 0.0

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        self.features = PhotoFeatures()

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        """The stego, neither clamped nor rounded."""
        raise NotImplementedError

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        """The revealed picture, not clamped; `draw` (CPU) gives what a receiver draws at random."""
        raise NotImplementedError

    def exchange(
        self,
        pair: tuple[Tensor, Tensor],
        k_sym: Tensor,
        draw: torch.Generator,
        channel: Passage,
    ) -> tuple[Tensor, Tensor]:
        stego = channel(self.hide(*pair), pair[1])
        heard = stego
        if self.noise:
            heard = stego + self.noise * torch.randn(stego.shape, generator=draw).to(stego)
        return stego, self.recover(heard, draw)
