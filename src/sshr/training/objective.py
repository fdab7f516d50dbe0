"""The loss of one batch, as the recipe has it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sshr.network.hiding import HidingNet
from sshr.network.model import StegoNet
from sshr.training.average import learned
from sshr.training.losses import (
    decibel,
    frequency_loss,
    perceptual_loss,
    rate_controlled_loss,
    similarity,
)
from sshr.training.passing import pass_pair
from sshr.training.recipe import LossPart


@dataclass(frozen=True)
class Outcome:
    """Loss (), mean PSNRs () in dB, pictures (B, 3, H, W). Only the loss has a graph."""

    loss: Tensor
    stego_psnr: Tensor
    revealed_psnr: Tensor
    stego: Tensor
    revealed: Tensor


def batch_outcome(
    net: HidingNet,
    part: LossPart,
    pair: tuple[Tensor, Tensor],
    features: tuple[Tensor, Tensor],
    seed: int,
    via: str,
) -> Outcome:
    """One batch of (secret, reference), (B, 3, H, W) fp32 in [0, 1], through channel `via`.

    `features` (B, F) each are those of the whole photographs that the keys are made from.
    """
    secret, reference = pair
    k_sym = net.symmetric_key(*features)
    stego, revealed = pass_pair(net, secret, reference, k_sym, seed, via)
    loss = _fidelity(net, part, pair, (stego, revealed))
    with torch.no_grad():
        stego_psnr = -decibel(stego, reference).mean()
        revealed_psnr = -decibel(revealed, secret).mean()
    return Outcome(loss, stego_psnr, revealed_psnr, stego.detach(), revealed.detach())


def has_unused_parameters(net: HidingNet, part: LossPart) -> bool:
    """True when the loss does not depend on some learned parameter: DDP must be told."""
    generator = torch.Generator().manual_seed(0)
    secret, reference = torch.rand(2, 2, 3, 64, 64, generator=generator).unbind()
    features = net.features.pooled(secret), net.features.pooled(reference)
    outcome = batch_outcome(net, part, (secret, reference), features, 0, "float")
    gradients = torch.autograd.grad(outcome.loss, learned(net), allow_unused=True)
    return any(gradient is None for gradient in gradients)


def _fidelity(
    net: HidingNet, part: LossPart, pair: tuple[Tensor, Tensor], result: tuple[Tensor, Tensor]
) -> Tensor:
    (secret, reference), (stego, revealed) = pair, result
    if part.kind == "rate":
        loss = rate_controlled_loss(stego, reference, revealed, secret, part.target_psnr)
        if part.similarity:
            loss = loss + part.similarity * (1 - similarity(stego, reference))
        return loss
    if part.kind == "own":
        return net.own_loss(pair, result)
    assert isinstance(net, StegoNet)  # as `Recipe` has checked
    pictures = (reference, stego, secret, revealed)
    z_ref, z_stego, z_sec, z_rev = (net.transform(picture) for picture in pictures)
    frequency = frequency_loss(z_ref, z_stego, z_sec, z_rev, part.norm)
    weights = part.weights  # lambda_1 and lambda_2 of eq. 21
    return weights[0] * frequency + weights[1] * perceptual_loss(net.features, *pictures)
