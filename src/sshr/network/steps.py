"""What a network asks of its coupled steps, whatever they are."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sshr.network.coupling import Watch
from sshr.network.mix import Mix
from sshr.network.sizes import Size

Pair = tuple[Tensor, Tensor]
"""(z, y) as planes."""


@dataclass(frozen=True)
class Shared:
    """What sender and receiver both have.

    Attributes:
        reference: RGB (B, 3, H, W) in [0, 1].
        k_sym: (B, d), or (1, d) for all.
        mix: the keyed mix of the tile; None where there is none.
    """

    reference: Tensor
    k_sym: Tensor
    mix: Mix | None = None


class Steps(nn.Module):
    """Planes (B, 3, H, W) of a secret <-> planes of a stego, with the reference as condition.

    Every kind of steps has `conceal` and `reveal`. The rest is here for steps that know no
    shortcut, no mix, no spectrum of the rounding noise and no start that could be fitted.
    Planes are those of the network's `Transform`.
    """

    def conceal(
        self, planes: Tensor, shared: Shared, watch: Watch | None = None
    ) -> tuple[Pair, Tensor]:
        """(z_T, y_T) of the reference's size, and the scales (B, scale_count) that travel.

        `watch` is shown z as planes after every step; so in `reveal`.
        """
        raise NotImplementedError

    def reveal(
        self, pair: Pair, shared: Shared, scales: Tensor, watch: Watch | None = None
    ) -> Pair:
        """Inverse of `conceal`: twice the secret's planes, if the pair is the true one."""
        raise NotImplementedError

    def at(self, stego_psnr: float) -> "Steps":
        """The same steps with another stego PSNR (dB) as their aim."""
        return self

    def result(self, planes: Tensor, shared: Shared) -> tuple[Tensor, Tensor]:
        """z_T and scales of `conceal`, without the steps where their result is known."""
        (z, _), scales = self.conceal(planes, shared)
        return z, scales

    def undone(self, z: Tensor, shared: Shared, scales: Tensor) -> Tensor:
        """`reveal` of z = y, without the steps where their result is known."""
        return self.reveal((z, z), shared, scales)[0]

    def strength_at(self, reference: Tensor) -> Tensor:
        """How much louder or quieter the payload is at each pixel, (B, 1, H, W)."""
        return torch.ones_like(reference[:, :1])

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        """Shares of the rings of frequencies, and the power wanted of rounding noise in each."""
        return [1.0], [1.0]

    def rounding_noise(self, reference: Tensor, generator: torch.Generator) -> Tensor:
        """Planes of Gaussian noise like that of shaped rounding.

        Raises:
            ValueError: nothing is known of it.
        """
        raise ValueError("these steps have no spectrum to shape rounding by")

    def payload_seen(self, stego: Tensor, reference: Tensor) -> Tensor:
        """What whoever holds the reference sees of the payload: a row (B, N).

        Raises:
            ValueError: no payload of its own is added to the reference.
        """
        raise ValueError("only the closed form has a payload of its own")

    def group_sizes(self, size: Size) -> list[int]:
        """Of the groups that a `Mix` for a tile of (H, W) deals with; none without a mix."""
        return []

    def usual_scales(self) -> Tensor:
        """Scales (scale_count,) of a secret as lively as photographs usually are, fp64.

        Here none, as of steps that send none.
        """
        return torch.ones(0, dtype=torch.float64)

    def fit(self, crops: Tensor) -> None:
        """Take what can be known before training from crops (N, 3, H, W) in [0, 1]."""

    def untrain(self) -> None:
        """Back to the start that `fit` found.

        Raises:
            ValueError: there is none.
        """
        raise ValueError("these steps have no linear start")
