"""Where the reference hides change: what the condition reaction term weighs the payload by.

In the closed form CRT is gamma . N(u (1 + alpha) + beta) with N = id, gamma = 1 and, from the
strength m, 1 + alpha = 1 - sqrt(m) and beta = -c / (1 + sqrt(m)) in the first step of its pair
(docs/method.md). m comes from the reference, which both sides hold: weak where a window of SSIM
would see a change, and corrected by CIGM where that is learned. It gives way where the reference
moves inwards, so that the payload has room to black and white.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.config import ReactionConfig, StrengthConfig
from sshr.network.constants import LEAST_SHARE, SHARE_ROUNDS, WINDOW_REACH, window
from sshr.network.guidance import Guidance
from sshr.network.transform import CHANNELS, Transform

_LIMIT = 0.7


class Strength(nn.Module):
    """Reference (B, 3, H, W) in [0, 1] -> m (B, 1, H, W), mean square 1."""

    def __init__(self, config: StrengthConfig, reaction: ReactionConfig) -> None:
        super().__init__()
        self.config = config
        self.guidance: Guidance | None = None
        if config.learned:
            self.guidance = Guidance(CHANNELS, reaction.width, reaction.expansion, 1)
            self.leave = nn.Conv2d(reaction.width, 4, 1)
            self.close()

    @torch.no_grad()
    def close(self) -> None:
        """Make CIGM's correction zero, as before training."""
        if self.guidance is not None:
            for parameter in self.leave.parameters():
                parameter.zero_()

    def forward(self, reference: Tensor, transform: Transform) -> Tensor:
        power = torch.ones_like(reference[:, :1])
        if self.config.contrast:
            levels = reference * 255
            variance = (blur(levels.square()) - blur(levels).square()).clamp(min=0)
            plain = 1 / (variance.mean(1, keepdim=True) + self.config.floor)
            power = (1 + self.config.contrast * blur(plain)).rsqrt()
        if self.guidance is not None:
            height, width = reference.shape[-2:]
            even = F.pad(reference, [0, width % 2, 0, height % 2], mode="replicate")
            (guide,) = self.guidance(transform(even))
            change = F.pixel_shuffle(self.leave(guide), 2)[..., :height, :width]
            power = power * (_LIMIT * torch.tanh(change / _LIMIT)).exp()
        return (power / power.mean((2, 3), keepdim=True)).sqrt()


def blur(planes: Tensor) -> Tensor:
    """Gaussian mean over a window of 11x11 (that of SSIM), the border repeated."""
    taps = torch.from_numpy(window()).to(planes).view(1, 1, 1, -1)
    count = planes.shape[1]
    padded = F.pad(planes, [WINDOW_REACH] * 4, mode="replicate").flatten(0, 1)[:, None]
    mean = F.conv2d(F.conv2d(padded, taps), taps.mT)
    return mean.view(-1, count, *planes.shape[-2:])


def inside(reference: Tensor, room: Tensor) -> Tensor:
    """The reference, moved so far inwards that the payload has this room to black and white."""
    return torch.minimum(torch.maximum(reference, room), 1 - room)


def with_headroom(
    even: Tensor, reference: Tensor, power: float, headroom: float, equal: bool
) -> tuple[Tensor, Tensor]:
    """The strength of the payload, and the room it needs at each pixel, (B, 1, H, W) each.

    Args:
        even: the strength as if no room were needed, (B, 1, H, W).
        reference: (B, 3, H, W) in [0, 1].
        power: mean square of the payload where its strength is one.
        headroom: in deviations of the payload.
        equal: where headroom costs some of the stego's PSNR, the payload gives way for it.
    """
    share = torch.ones_like(even[:, :, :1, :1])
    reach = headroom * power**0.5
    for _ in range(SHARE_ROUNDS if equal else 0):
        room = reach * even * share.sqrt()
        cost = (reference - inside(reference, room)).square()
        left = power - cost.mean((1, 2, 3), keepdim=True)
        share = (share * (left / power).clamp(min=LEAST_SHARE)).sqrt()
    strength = even * share.sqrt()
    return strength, reach * strength
