"""Reference-secret image related symmetric keys, RSRK (paper section 3.2, appendix A).

Equations 15, 22 and 23.

The Hadamard-product exchange conditions the network on both images; it carries no hardness and is
not what keeps a secret (docs/security.md). AlexNet's features have a large mean in common, so the
keys of all pairs would be alike: they are whitened first, and the MLPs stay at their random start,
which has no wish to be a useful constant.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.constants import KEY_SIDE, KEY_STEP, KEYS_PER_BYTE
from sshr.network.hiding import PhotoFeatures

FEATURES = 256
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_WHITE = 64  # principal directions of the features that are kept
_FAINTEST = 0.02  # deviation of a direction, in that of the first, below which they count alike


class AlexNetFeatures(PhotoFeatures):
    """The five convolutions of AlexNet, frozen. Input: RGB (B, 3, H, W) in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 11, stride=4, padding=2)
        self.conv2 = nn.Conv2d(64, 192, 5, padding=2)
        self.conv3 = nn.Conv2d(192, 384, 3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, 3, padding=1)
        self.conv5 = nn.Conv2d(256, FEATURES, 3, padding=1)
        self.register_buffer("mean", torch.tensor(_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(3, 1, 1), persistent=False)
        self.requires_grad_(False)

    std: Tensor

    def forward(self, image: Tensor) -> list[Tensor]:
        """Activations after each of the five ReLUs."""
        x = (image - self.mean) / self.std
        taps = [F.relu(self.conv1(x))]
        taps.append(F.relu(self.conv2(F.max_pool2d(taps[-1], 3, 2))))
        taps.append(F.relu(self.conv3(F.max_pool2d(taps[-1], 3, 2))))
        taps.append(F.relu(self.conv4(taps[-1])))
        taps.append(F.relu(self.conv5(taps[-1])))
        return taps

    def pooled(self, image: Tensor) -> Tensor:
        """F_i (B, 256): pooled and averaged conv5 of the image resized to 256x256."""
        if image.shape[-2:] != (KEY_SIDE, KEY_SIDE):
            image = F.interpolate(image, (KEY_SIDE, KEY_SIDE), mode="bilinear", antialias=True)
        return self.pool(self(image))

    def pool(self, taps: list[Tensor]) -> Tensor:
        """F_i (B, 256) of all activations."""
        pooled: Tensor = F.max_pool2d(taps[-1], 3, 2).mean((-2, -1))
        return pooled


class KeyGenerator(nn.Module):
    """Private keys, public keys and the symmetric key.

    k_pri_i = MLP(F_i); W = W_L + W_S(secret); k_pub_i = W . k_pri_i (eq. 22);
    k_sym = k_pub_s . k_pri_r = k_pub_r . k_pri_s (eq. 23). k_pub_s is rounded to two bits an
    element before anyone uses it, so both sides hold the same. Nothing here is trained.

    Raises:
        ValueError: `key_dim` is not a multiple of four.
    """

    mean: Tensor
    white: Tensor

    def __init__(self, key_dim: int) -> None:
        super().__init__()
        if key_dim % KEYS_PER_BYTE:
            raise ValueError(f"key_dim {key_dim} is not a multiple of {KEYS_PER_BYTE}")
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("white", torch.eye(FEATURES)[:_WHITE].clone())
        self.private = nn.ModuleList([nn.Linear(_WHITE, FEATURES), nn.Linear(FEATURES, key_dim)])
        self.w_learned = nn.Parameter(torch.ones(key_dim))
        self.w_secret = nn.Linear(_WHITE, key_dim)
        with torch.no_grad():
            for layer in self.private:
                assert isinstance(layer, nn.Linear)
                layer.weight.normal_(std=1.5 / layer.in_features**0.5)
                layer.bias.zero_()
        self.requires_grad_(False)

    @torch.no_grad()
    def whiten(self, features: Tensor) -> None:
        """Take mean and principal directions from features (N, 256) of photographs, N >= 64.

        A smaller N leaves the keys as they are.
        """
        if len(features) < _WHITE:
            return
        mean = features.double().mean(0)
        _, sizes, directions = torch.linalg.svd(features.double() - mean, full_matrices=False)
        deviations = sizes[:_WHITE] / len(features) ** 0.5
        # A direction that the photographs hardly have is not worth much, and fp16 ends at 65504.
        least = max(_FAINTEST * float(deviations[0]), 1e-3)
        self.mean.copy_(mean)
        self.white.copy_(directions[:_WHITE] / deviations[:, None].clamp(min=least))

    def private_key(self, features: Tensor) -> Tensor:
        """k_pri (B, d) in [-1, 1] from AlexNet features (B, 256)."""
        hidden = F.gelu(self.private[0](self._whitened(features)))
        return torch.tanh(self.private[1](hidden - hidden.mean(1, keepdim=True)))

    def weights(self, secret_features: Tensor) -> Tensor:
        """W = W_L + W_S (B, d), which only the sender knows."""
        return self.w_learned + 0.1 * torch.tanh(self.w_secret(self._whitened(secret_features)))

    def rsrk_public(self, secret_features: Tensor) -> Tensor:
        """k_pub_s (B, d) of eq. 22 as the header holds it."""
        exact = self.weights(secret_features) * self.private_key(secret_features)
        return decode_rsrk_public(encode_rsrk_public(exact))

    def rsrk_symmetric(self, rsrk_public: Tensor, reference_features: Tensor) -> Tensor:
        """k_sym (B, d), eq. 15 and 23, as the receiver computes it."""
        return rsrk_public * self.private_key(reference_features)

    def _whitened(self, features: Tensor) -> Tensor:
        return (features - self.mean) @ self.white.T


def encode_rsrk_public(rsrk_public: Tensor) -> Tensor:
    """Floats (B, d) -> uint8 codes (B, d / 4) for the header, the first element lowest."""
    levels = (rsrk_public / KEY_STEP + 1.5).round().clamp(0, 3).to(torch.uint8)
    shifts = torch.arange(KEYS_PER_BYTE, device=levels.device, dtype=torch.uint8) * 2
    return (levels.unflatten(1, (-1, KEYS_PER_BYTE)) << shifts).sum(-1, dtype=torch.uint8)


def decode_rsrk_public(codes: Tensor) -> Tensor:
    """Inverse of `encode_rsrk_public`, fp32."""
    shifts = torch.arange(KEYS_PER_BYTE, device=codes.device, dtype=torch.uint8) * 2
    levels = (codes[..., None] >> shifts) & 3
    return (levels.flatten(1).float() - 1.5) * KEY_STEP
