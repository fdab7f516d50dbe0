"""What is common to networks: front end, keys, tiles with a rim; and the paper's network."""

import copy

import torch
from torch import Tensor

from sshr.network.bank import size_of
from sshr.network.config import ModelConfig
from sshr.network.coupling import Mixing, Watch
from sshr.network.exact import ExactSteps
from sshr.network.hiding import HidingNet, Passage
from sshr.network.kinds import NetworkConfig
from sshr.network.mix import Mix, random_mix
from sshr.network.printed import PrintedSteps
from sshr.network.reparam import RepKernel
from sshr.network.rotation import KeyedRotation
from sshr.network.rsrk import (
    AlexNetFeatures,
    KeyGenerator,
    decode_rsrk_public,
    encode_rsrk_public,
)
from sshr.network.sizes import Size, whole_blocks
from sshr.network.steps import Shared, Steps
from sshr.network.transform import Transform


class StegoNet(HidingNet):
    """Conceals tiles and reveals them by its `body`: what engine, checkpoint and training need.

    A kind of network (`sshr.network.kinds`) sets `body` to steps of its own.

    Images are RGB (B, 3, H, W) fp32 in [0, 1]. The sides of a secret are multiples of 16; its
    reference has the same or up to 15 rows and columns more, of which a mixed network makes use.
    Keys are (B, d), or (1, d) for all. `scales` (B, `scale_count`) say how loud a secret is sent.
    The caller rounds the stego; `reveal` gets the picture that exists. A mix is needed where
    `uses_mix` says so and ignored elsewhere.

    Attributes:
        transform: whose coefficients the paper's loss L_F compares.
    """

    body: Steps
    features: AlexNetFeatures

    def __init__(self, config: NetworkConfig, transform: Transform) -> None:
        super().__init__(config)
        self.transform = transform
        self.features = AlexNetFeatures()
        self.keys = KeyGenerator(config.key_dim)
        self.uses_mix = config.uses_mix
        self.scale_count = config.scale_count

    def rsrk_public(self, secret: Tensor) -> Tensor:
        """The header's k_pub_s of secrets: uint8 codes (B, d / 4)."""
        return encode_rsrk_public(self.keys.rsrk_public(self.features.pooled(secret)))

    def rsrk_symmetric(self, codes: Tensor, reference: Tensor) -> Tensor:
        """k_sym (B, d) from the header's k_pub_s and the reference (eq. 15)."""
        features = self.features.pooled(reference)
        return self.keys.rsrk_symmetric(decode_rsrk_public(codes), features)

    def conceal(
        self,
        secret: Tensor,
        reference: Tensor,
        k_sym: Tensor,
        mix: Mix | None,
        watch: Watch | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The stego, of the reference's size, neither clamped nor rounded, and its scales."""
        planes, shared = self.transform.planes(secret), self._shared(reference, k_sym, mix)
        (z, _), scales = self.body.conceal(planes, shared, watch)
        return _on(reference, self.transform.image(z)), scales

    def reveal(
        self,
        stego: Tensor,
        reference: Tensor,
        k_sym: Tensor,
        scales: Tensor,
        mix: Mix | None,
        watch: Watch | None = None,
    ) -> Tensor:
        """The revealed picture, of the secret's size, not clamped. Only z_T is sent: y_T := z_T."""
        z = self.transform.planes(self._used(stego))
        z, _ = self.body.reveal((z, z), self._shared(reference, k_sym, mix), scales, watch)
        return self.transform.image(z)

    def conceal_at_once(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor, mix: Mix | None
    ) -> tuple[Tensor, Tensor]:
        """`conceal` by the steps' known result, if there is one: half of the time of training."""
        planes, shared = self.transform.planes(secret), self._shared(reference, k_sym, mix)
        z, scales = self.body.result(planes, shared)
        return _on(reference, self.transform.image(z)), scales

    def reveal_at_once(
        self, stego: Tensor, reference: Tensor, k_sym: Tensor, scales: Tensor, mix: Mix | None
    ) -> Tensor:
        """`reveal` in the same way."""
        z = self.transform.planes(self._used(stego))
        z = self.body.undone(z, self._shared(reference, k_sym, mix), scales)
        return self.transform.image(z)

    def strength(self, reference: Tensor) -> Tensor:
        """How much a rounding error may count at each pixel: (B, 1, H, W), see `sshr.rounding`."""
        held = self._used(reference)
        return _on(torch.ones_like(reference[:, :1]), self.body.strength_at(held))

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        """Shares of the rings of frequencies, and the power wanted of rounding noise in each."""
        return self.body.noise_spectrum()

    def rounding_noise(self, reference: Tensor, generator: torch.Generator) -> Tensor:
        """What shaped rounding adds to a stego, as Gaussian noise: (B, 3, H, W)."""
        planes = self.body.rounding_noise(reference, generator)
        return self.transform.image(planes) - self.transform.mean

    def group_sizes(self, size: Size) -> list[int]:
        """Of the groups that a `Mix` for a tile of (H, W) deals with."""
        return self.body.group_sizes(size)

    def at(self, stego_psnr: float) -> "StegoNet":
        """The same weights with this stego PSNR (dB) as their aim; steps without one are returned
        as they are.
        """
        body = self.body.at(stego_psnr)
        if body is self.body:
            return self
        other = copy.copy(self)
        other._modules = self._modules | {"body": body}
        return other

    def prepare(self, features: Tensor, crops: Tensor) -> None:
        """The keys' whitening and the linear start."""
        self.keys.whiten(features)
        self.body.fit(crops)

    def symmetric_key(self, secret: Tensor, reference: Tensor) -> Tensor:
        return self.keys.rsrk_symmetric(self.keys.rsrk_public(secret), reference)

    def exchange(
        self,
        pair: tuple[Tensor, Tensor],
        k_sym: Tensor,
        draw: torch.Generator,
        channel: Passage,
    ) -> tuple[Tensor, Tensor]:
        """Under a random mix, where one is used."""
        (secret, reference), mix = pair, None
        if self.uses_mix:
            sizes = self.group_sizes((secret.shape[-2], secret.shape[-1]))
            mix = random_mix(sizes, draw, secret.device)
        made, scales = self.conceal_at_once(secret, reference, k_sym, mix)
        stego = channel(made, reference)
        return stego, self.reveal_at_once(stego, reference, k_sym, scales, mix)

    def set_learnable(self) -> None:
        """Let training change all but the keys, what they make, and AlexNet's features."""
        self.requires_grad_(True)
        self.features.requires_grad_(False)
        self.keys.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, KeyedRotation) or (isinstance(module, Mixing) and module.fixed):
                module.requires_grad_(False)

    def fuse(self) -> None:
        """Merge every re-parameterised kernel; for inference, since merged branches cannot learn.

        Outputs stay the same up to rounding. What depends on a key is still made from the key.
        """
        for module in self.modules():
            if isinstance(module, RepKernel):
                module.fuse()

    def _shared(self, reference: Tensor, k_sym: Tensor, mix: Mix | None) -> Shared:
        return Shared(self._used(reference), k_sym, mix)

    def _used(self, picture: Tensor) -> Tensor:
        """All of a picture if the network is mixed, else its whole blocks."""
        if self.uses_mix:
            return picture
        height, width = whole_blocks(size_of(picture))
        return picture[..., :height, :width]


class SshrNet(StegoNet):
    """The paper's; every preset and every rung of the ladder is a configuration of it."""

    config: ModelConfig

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, Transform(config.transform, config.colour))
        self.is_exact = config.is_exact
        steps = ExactSteps if config.is_exact else PrintedSteps
        self.body = steps(config, self.transform)


def _on(picture: Tensor, part: Tensor) -> Tensor:
    """`picture` with `part` in its top left corner."""
    if part.shape[-2:] == picture.shape[-2:]:
        return part
    whole = picture.clone()
    whole[..., : part.shape[-2], : part.shape[-1]] = part
    return whole
