"""The invertible H of the diffusion term's first two steps (docs/method.md): local contrast.

DT = sum_i kbar_i * phi_i(k_i * u) with an orthonormal bank k and the influence function
phi_i(v) = v - v exp(a_i) of a diffusivity 1 - exp(a_i). a_i looks at the energies of COARSER
coefficients alone, as Perona and Malik let the gradient steer diffusion; so H(u)_i = u_i exp(a_i)
is undone from coarse to fine, whatever the networks say. What they learn: to send a detail louder
where its surroundings are smooth.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.block import ReFFN
from sshr.network.grbf import GaussianRBF

_FLOOR = 1 / 255  # smallest size that an energy tells from zero, on [0, 1] samples
_CLUES = 9  # the mean colours of a token, their gradient and their curvature
_RADIUS = 4.0


def octaves(block: int) -> list[Tensor]:
    """Channels of `BlockBank(block)` in the order of coding: the means, then for each octave luma
    and the two chroma planes together.
    """
    index = torch.arange(block)
    largest = torch.maximum(index[:, None], index[None]).flatten()
    octave = torch.where(largest == 0, 0, 1 + largest.clamp(min=1).float().log2().floor().long())
    per_colour = block * block
    groups = [torch.arange(3) * per_colour]
    for number in range(1, int(octave.max()) + 1):
        luma = torch.nonzero(octave == number)[:, 0]
        groups += [luma, torch.cat([luma + per_colour, luma + 2 * per_colour])]
    return groups


class Companding(nn.Module):
    """H on the tokens (B, C, h, w) of a `BlockBank`: `forward` and its exact `inverse`.

    Args:
        block: side of the bank's blocks.
        width: of each diffusivity network, a Re-FFN (paper section 3.3).
        limit: |a_i| stays below it.
        rbf: the networks' outputs go through 63-GRBF functions as well, which start as the
        identity.
    """

    size: Tensor
    order: Tensor
    back: Tensor

    def __init__(self, block: int, width: int, limit: float, rbf: bool) -> None:
        super().__init__()
        groups = octaves(block)
        self.limit = limit
        self.lengths = [len(group) for group in groups]
        order = torch.cat(groups)
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("back", order.argsort(), persistent=False)
        self.register_buffer("size", torch.full((len(order),), 0.1))
        self.networks, self.influences = nn.ModuleList(), nn.ModuleList()
        seen = _CLUES
        for length in self.lengths[1:]:
            self.networks.append(ReFFN(seen, width, length))
            self.influences.append(
                GaussianRBF(length, _RADIUS, slope=1.0) if rbf else nn.Identity()
            )
            seen += length
        self.close()

    @torch.no_grad()
    def close(self) -> None:
        """Make H the identity, as before training."""
        for name, parameter in self.networks.named_parameters():
            if ".narrow." in name:
                parameter.zero_()

    @torch.no_grad()
    def measure(self, tokens: Tensor) -> None:
        """Take the coefficients' usual sizes, in which energies are counted, from tokens."""
        self.size.copy_(tokens.square().mean((0, 2, 3)).sqrt().clamp(min=_FLOOR / 10))

    def forward(self, tokens: Tensor) -> Tensor:
        return self._run(tokens, inverse=False)

    def inverse(self, tokens: Tensor) -> Tensor:
        """Undoes `forward`, coarse to fine."""
        return self._run(tokens, inverse=True)

    def _run(self, tokens: Tensor, inverse: bool) -> Tensor:
        parts = tokens.index_select(1, self.order).split(self.lengths, dim=1)
        sizes = self.size[self.order].view(1, -1, 1, 1).split(self.lengths, dim=1)
        clues, done = [_clues(parts[0], sizes[0])], [parts[0]]
        networks = zip(self.networks, self.influences, parts[1:], sizes[1:], strict=True)
        for network, influence, part, size in networks:
            a = influence(network(torch.cat(clues, dim=1)))
            gain = (self.limit * torch.tanh(a / self.limit)).exp()
            moved = part / gain if inverse else part * gain
            done.append(moved)
            plain = moved if inverse else part
            floor = 0.01 + (_FLOOR / size).square()
            clues.append(0.5 * torch.log((plain / size).square() + floor) + 0.5)
        return torch.cat(done, dim=1).index_select(1, self.back)


def _clues(means: Tensor, size: Tensor) -> Tensor:
    """(B, 9, h, w) from the tokens' mean colours (B, 3, h, w)."""
    p = F.pad(means, [1] * 4, mode="replicate")
    left, right, up, down = (
        p[..., 1:-1, :-2],
        p[..., 1:-1, 2:],
        p[..., :-2, 1:-1],
        p[..., 2:, 1:-1],
    )
    quiet = 0.05 * size
    slope = (right - left).square() + (down - up).square()
    bend = (left + right + up + down - 4 * means).square()
    logs = [0.5 * torch.log(x + quiet.square()) - torch.log(quiet) - 1.5 for x in (slope, bend)]
    return torch.cat([0.3 * means / size, *logs], dim=1)
