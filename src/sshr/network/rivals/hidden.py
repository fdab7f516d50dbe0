"""HiDDeN (Zhu et al., ECCV 2018) as later papers adapt it to a whole picture as the message."""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from sshr.network.rivals.blocks import conv_block
from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet

WIDTH = 64
COPIES = 11
"""How often the secret's channels are repeated beside the cover's features."""

ADVERSARIAL = 1e-3


class Hidden(RivalNet):
    """Encoder, decoder, and the critic that training needs; no output activation."""

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        self.encoder = nn.Sequential(*_blocks(3, 4))
        self.merge = nn.Sequential(
            *_blocks(3 * COPIES + WIDTH + 3, 5), nn.Conv2d(WIDTH, 3, kernel_size=1)
        )
        self.decoder = nn.Sequential(*_blocks(3, 8), nn.Conv2d(WIDTH, 3, 3, padding=1))
        self.critic = Critic()

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        parts = [secret.repeat(1, COPIES, 1, 1), self.encoder(cover), cover]
        stego: Tensor = self.merge(torch.cat(parts, dim=1))
        return stego

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        revealed: Tensor = self.decoder(stego)
        return revealed

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """0.75 x stego + reveal + 1e-3 x adversarial, squared errors; and the critic's own loss.

        Both steps of a batch are one here: the critic's loss sees the stego as a constant, and the
        stego's sees the critic as one.
        """
        (secret, cover), (stego, revealed) = pair, found
        judged = self.critic(torch.cat([cover, stego.detach()]))
        truth = torch.ones_like(judged)
        truth[len(cover) :] = 0
        critic = F.binary_cross_entropy_with_logits(judged, truth)
        fixed = {n: p.detach().clone() for n, p in self.critic.state_dict().items()}
        fooled = functional_call(self.critic, fixed, (stego,))
        adversarial = F.binary_cross_entropy_with_logits(fooled, torch.ones_like(fooled))
        fidelity = 0.75 * F.mse_loss(stego, cover) + F.mse_loss(revealed, secret)
        return fidelity + ADVERSARIAL * adversarial + critic


class Critic(nn.Module):
    """Pictures (B, 3, H, W) -> logits (B, 1): is it a cover?"""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*_blocks(3, 3))
        self.last = nn.Linear(WIDTH, 1)

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.last(self.blocks(image).mean((2, 3)))
        return logits


def _blocks(inputs: int, count: int) -> list[nn.Module]:
    return [conv_block(inputs if i == 0 else WIDTH, WIDTH) for i in range(count)]
