"""HiNet (Jing et al., ICCV 2021) and ISN (Lu et al., CVPR 2021): one invertible network each.

Sixteen affine couplings of (carrier, payload). The stego is the carrier that comes out; the payload
that comes out is lost, and the receiver puts something else in its place. ISN is re-implemented
from its description: its source was not at hand.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.rivals.blocks import AffineCoupling
from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet
from sshr.network.transform import CHANNELS, Transform

BLOCKS = 16


class Invertible(RivalNet):
    """Couplings on `channels` channels; `split` and `join` lead to them and back."""

    def __init__(self, config: RivalConfig, channels: int) -> None:
        super().__init__(config)
        self.blocks = nn.ModuleList(AffineCoupling(channels) for _ in range(BLOCKS))

    def split(self, image: Tensor) -> Tensor:
        """Picture -> carrier or payload."""
        raise NotImplementedError

    def join(self, state: Tensor) -> Tensor:
        """Inverse of `split`."""
        raise NotImplementedError

    def missing(self, carrier: Tensor, draw: torch.Generator) -> Tensor:
        """What stands in for the payload that was lost."""
        raise NotImplementedError

    def conceal(self, secret: Tensor, cover: Tensor) -> tuple[Tensor, Tensor]:
        """The stego, and the payload that is lost."""
        carrier, payload = self.split(cover), self.split(secret)
        for block in self.blocks:
            carrier, payload = block(carrier, payload)
        return self.join(carrier), payload

    def reveal(self, stego: Tensor, payload: Tensor) -> Tensor:
        """The secret, exactly if `payload` is the one that was lost."""
        carrier = self.split(stego)
        for block in reversed(list(self.blocks)):
            assert isinstance(block, AffineCoupling)
            carrier, payload = block.inverse(carrier, payload)
        return self.join(payload)

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        return self.conceal(secret, cover)[0]

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        return self.reveal(stego, self.missing(self.split(stego), draw))


class HiNet(Invertible):
    """On the 12 + 12 Haar channels of carrier and payload; N(0, 1) stands in for the lost ones."""

    multiple = 2

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config, CHANNELS)
        self.transform = Transform("haar:1", "rgb")

    def split(self, image: Tensor) -> Tensor:
        return self.transform.pack(image)

    def join(self, state: Tensor) -> Tensor:
        return self.transform.unpack(state)

    def missing(self, carrier: Tensor, draw: torch.Generator) -> Tensor:
        return torch.randn(carrier.shape, generator=draw).to(carrier)

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """5 x reveal + stego + low band of the stego: squared errors summed, over all samples."""
        (secret, cover), (stego, revealed) = pair, found
        change = self.split(stego - cover).unflatten(1, (3, 4))[:, :, 0]
        low = change.square().sum() / stego.numel()
        return 5 * F.mse_loss(revealed, secret) + F.mse_loss(stego, cover) + low


class Isn(Invertible):
    """On pixels, three channels each; zeros stand in for the lost ones."""

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config, 3)

    def split(self, image: Tensor) -> Tensor:
        return image

    def join(self, state: Tensor) -> Tensor:
        return state

    def missing(self, carrier: Tensor, draw: torch.Generator) -> Tensor:
        return torch.zeros_like(carrier)

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """5 x reveal + stego, squared errors."""
        (secret, cover), (stego, revealed) = pair, found
        return 5 * F.mse_loss(revealed, secret) + F.mse_loss(stego, cover)
