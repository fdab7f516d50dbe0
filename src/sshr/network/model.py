"""What the two networks share: the front end, the keys and the interface that callers use."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from sshr.network.config import ModelConfig
from sshr.network.coupling import Mixing
from sshr.network.mix import Mix
from sshr.network.reparam import RepKernel
from sshr.network.rsrk import (
    AlexNetFeatures,
    KeyGenerator,
    decode_public_key,
    encode_public_key,
)
from sshr.network.side import CoarseLayer, CodeTables, Side
from sshr.network.transform import Transform

TILE_MULTIPLE = 16


class StegoNet(nn.Module, ABC):
    """A network that conceals tiles and reveals them.

    Images are RGB (B, 3, H, W) fp32 in [0, 1], H and W multiples of 16. Keys are (B, d), or (1, d)
    for all. The caller rounds the stego; `reveal` gets the picture that exists.

    Attributes:
        uses_mix: whether `mix` and `side` are needed (they are ignored otherwise).
        tables: what the coarse layer's entropy code goes by; None without a coarse layer.
        coarse_rate: bits of the coarse layer for each sample.
    """

    uses_mix: bool
    tables: CodeTables | None
    coarse_rate = 0.0

    def __init__(self, config: ModelConfig, steps: int) -> None:
        super().__init__()
        self.config = config
        self.register_module("tables", None)
        self.transform = Transform(config.transform, config.colour)
        self.features = AlexNetFeatures()
        self.keys = KeyGenerator(config.key_dim)
        self.mixing = Mixing(config.mixing, steps)

    def public_key(self, secret: Tensor) -> Tensor:
        """The header's k_pub_s of secrets: uint8 codes (B, d)."""
        return encode_public_key(self.keys.public_key(self.features.pooled(secret)))

    def symmetric_key(self, codes: Tensor, reference: Tensor) -> Tensor:
        """k_sym (B, d) from the header's k_pub_s and the reference (eq. 15)."""
        features = self.features.pooled(reference)
        return self.keys.symmetric_key(decode_public_key(codes), features)

    @abstractmethod
    def side(self, secret: Tensor, k_sym: Tensor, coarse: CoarseLayer | None) -> Side:
        """Side information for these secrets, given their coarse layer where there is one."""

    def make(
        self,
        secret: Tensor,
        reference: Tensor,
        k_sym: Tensor,
        coarse: CoarseLayer | None,
        mix: Mix | None,
    ) -> tuple[Tensor, Side]:
        """`side` and `conceal` in one: the stego and the side information that belongs to it."""
        side = self.side(secret, k_sym, coarse)
        return self.conceal(secret, reference, k_sym, side, mix), side

    @abstractmethod
    def conceal(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        """The stego (B, 3, H, W), neither clamped nor rounded."""

    @abstractmethod
    def reveal(
        self, stego: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        """The revealed picture (B, 3, H, W), not clamped."""

    def fuse(self) -> None:
        """Merge every re-parameterised kernel; for inference, since merged branches cannot learn.

        Outputs stay the same up to rounding. What depends on a key is still made from the key.
        """
        for module in self.modules():
            if isinstance(module, RepKernel):
                module.fuse()

    @torch.no_grad()
    def parameter_count(self) -> int:
        """Parameters without the frozen AlexNet features."""
        frozen = sum(p.numel() for p in self.features.parameters())
        return sum(p.numel() for p in self.parameters()) - frozen
