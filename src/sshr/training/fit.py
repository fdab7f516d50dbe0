"""The best fixed linear gains for a set of photographs: where `base` starts from."""

import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.gains import GAIN_FLOOR, NOISE, water_fill


@torch.no_grad()
def band_energies(net: BaseNet, crops: Tensor) -> tuple[Tensor, Tensor]:
    """Mean square (tiles, bands) of every crop's bands, and the band sizes (bands,)."""
    counts = torch.bincount(net.transform.bands, minlength=net.transform.band_count)
    squares = net.transform(crops).square().mean((2, 3))
    sums = torch.zeros(len(crops), len(counts)).index_add_(1, net.transform.bands, squares)
    return sums / counts, counts


def fit_gains(net: BaseNet, energies: Tensor, counts: Tensor, steps: int = 600) -> float:
    """Set `net.gains` to minimise the mean log error of the linear scheme; returns it in dB.

    Water-filling on the mean energies is the start. What a picture's PSNR averages is the log of
    its own error at its own scale a, so gains and Wiener factors are then descended on that.
    """
    share = counts / counts.sum()
    gain, wiener = water_fill(energies.mean(0).sqrt(), counts, net.power)
    log_gain = gain.log().requires_grad_()
    logit = torch.logit(wiener.clamp(1e-4, 1 - 1e-4)).requires_grad_()
    optimiser = torch.optim.Adam([log_gain, logit], lr=0.02)
    for _ in range(steps):
        g, w = log_gain.clamp(min=torch.tensor(GAIN_FLOOR).log()).exp(), logit.sigmoid()
        scale2 = net.power / (energies * g.square() * share).sum(1, keepdim=True)
        error = (1 - w).square() * energies + w.square() * NOISE**2 / (g.square() * scale2)
        loss = 10 * torch.log10((error * share).sum(1)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    # The power of an average tile stands at scale one.
    g = log_gain.detach().exp()
    typical = (net.power / (energies * g.square() * share).sum(1)).log().mean().exp().sqrt()
    p = net.mixing()[: net.gains.steps]  # of the secret-side steps
    net.gains.set(g * typical, logit.detach().sigmoid(), p)
    return float(loss.detach())
