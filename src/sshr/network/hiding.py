"""What every kind of network has in common: it conceals pictures in others, and can be trained."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from sshr.network.kinds import NetworkConfig

Passage = Callable[[Tensor, Tensor], Tensor]
"""From a stego as its sender made it and the reference, to the stego as received."""


class PhotoFeatures(nn.Module):
    """What training asks of each whole photograph, once; a network that asks for nothing has this.

    Attributes:
        mean: of the photographs' colours; it tells the device.
    """

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(3, 1, 1), persistent=False)

    def pooled(self, image: Tensor) -> Tensor:
        """(B, F) of pictures (B, 3, H, W) in [0, 1]; F is 0 here."""
        return image.new_zeros(len(image), 0)


class HidingNet(nn.Module):
    """A network of any kind, as checkpoints and training see it.

    Pictures are RGB (B, 3, H, W) fp32 in [0, 1].
    """

    features: PhotoFeatures

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

    def prepare(self, features: Tensor, crops: Tensor) -> None:
        """Fit what can be known before training, from the photographs' (N, F) and crops."""

    def set_learnable(self) -> None:
        """Let training change what it may."""
        self.requires_grad_(True)

    def symmetric_key(self, secret: Tensor, reference: Tensor) -> Tensor:
        """k_sym (B, d) from features (B, F) of whole photographs; without keys, d is 0."""
        return secret.new_zeros(len(secret), 0)

    def exchange(
        self,
        pair: tuple[Tensor, Tensor],
        k_sym: Tensor,
        draw: torch.Generator,
        channel: Passage,
    ) -> tuple[Tensor, Tensor]:
        """(stego as received, revealed) of (secret, reference), all chance from `draw`."""
        raise NotImplementedError

    def rounding_noise(self, reference: Tensor, generator: torch.Generator) -> Tensor:
        """What shaped rounding adds to a stego: (B, 3, H, W).

        Raises:
            ValueError: it is not known for this network.
        """
        raise ValueError("channel shaped is not for this network")

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """The loss () that its authors trained it with: (secret, reference), (stego, revealed).

        Raises:
            ValueError: it has none; see `NetworkConfig.losses`.
        """
        raise ValueError("loss own is not for this network")

    @torch.no_grad()
    def parameter_count(self) -> int:
        """Parameters without the frozen features."""
        frozen = sum(p.numel() for p in self.features.parameters())
        return sum(p.numel() for p in self.parameters()) - frozen
