"""Reference-secret image related symmetric keys, RSRK (paper section 3.2, appendix A).

Equations 15, 22 and 23.

The Hadamard-product exchange conditions the network on both images; it carries no hardness and is
not what keeps a secret (docs/security.md).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 256
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_SIDE = 256
_LIMIT = 2.0  # |W| <= 1.1 at the start and |k_pri| <= 1: two leaves W_L room to grow


class AlexNetFeatures(nn.Module):
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

    mean: Tensor
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
        if image.shape[-2:] != (_SIDE, _SIDE):
            image = F.interpolate(image, (_SIDE, _SIDE), mode="bilinear", antialias=True)
        pooled: Tensor = F.max_pool2d(self(image)[-1], 3, 2).mean((-2, -1))
        return pooled


class KeyGenerator(nn.Module):
    """Private keys, public key and symmetric key.

    k_pri_i = MLP(F_i); W = W_L + W_S(secret); k_pub_s = W . k_pri_s; k_sym = k_pub_s . k_pri_r.
    k_pub_s is rounded to 8 bits per element before anyone uses it, so both sides hold the same.
    """

    def __init__(self, key_dim: int) -> None:
        super().__init__()
        self.private = nn.Sequential(
            nn.Linear(FEATURES, 2 * FEATURES), nn.GELU(), nn.Linear(2 * FEATURES, key_dim)
        )
        self.norm = nn.LayerNorm(key_dim)
        self.w_learned = nn.Parameter(torch.ones(key_dim))
        self.w_secret = nn.Sequential(
            nn.Linear(FEATURES, FEATURES), nn.GELU(), nn.Linear(FEATURES, key_dim)
        )

    def private_key(self, features: Tensor) -> Tensor:
        """k_pri (B, d) in [-1, 1] from AlexNet features (B, 256)."""
        return torch.tanh(self.norm(self.private(features)))

    def public_key(self, secret_features: Tensor) -> Tensor:
        """k_pub_s (B, d), quantised; the gradient passes the rounding straight through."""
        w = self.w_learned + 0.1 * torch.tanh(self.w_secret(secret_features))
        exact = (w * self.private_key(secret_features)).clamp(-_LIMIT, _LIMIT)
        return exact + (decode_public_key(encode_public_key(exact)) - exact).detach()

    def symmetric_key(self, public_key: Tensor, reference_features: Tensor) -> Tensor:
        """k_sym (B, d), eq. 15 and 23, as the receiver computes it."""
        return public_key * self.private_key(reference_features)


def encode_public_key(public_key: Tensor) -> Tensor:
    """Floats in [-2, 2] -> uint8 codes for the header."""
    return (public_key / _LIMIT * 127).round().add(128).clamp(0, 255).to(torch.uint8)


def decode_public_key(codes: Tensor) -> Tensor:
    """Inverse of `encode_public_key`, fp32."""
    return (codes.float() - 128) * (_LIMIT / 127)
