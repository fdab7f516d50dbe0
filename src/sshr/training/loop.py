"""A minimal training loop: AdamW, cosine rate, average weights, a channel in the graph."""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sshr.channel import channel
from sshr.network.mix import random_mix
from sshr.network.model import StegoNet
from sshr.training.data import CropSampler
from sshr.training.losses import (
    decibel,
    frequency_loss,
    perceptual_loss,
    rate_controlled_loss,
    total_loss,
)


@dataclass(frozen=True)
class LoopConfig:
    """One run. It ends after `seconds`; the rate follows the share of them that has passed.

    `loss` is `rate` (rate-controlled, at `target_psnr`) or `paper` (eq. 19-21, l1, weights 2, 1).
    """

    seconds: float
    batch: int = 4
    crop: int = 128
    rate: float = 1e-3
    warm_up: int = 100
    clip: float = 1.0
    average: float = 0.998
    target_psnr: float = 40.8
    channel: str = "png"
    loss: str = "rate"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.crop % 16 or self.crop < 64:
            raise ValueError(f"crop {self.crop} is not a multiple of 16 from 64 up")
        if self.seconds <= 0 or self.batch < 1:
            raise ValueError("a run needs time and at least one pair a step")
        if self.loss not in ("rate", "paper"):
            raise ValueError(f"loss {self.loss!r} is neither rate nor paper")


@dataclass(frozen=True)
class Progress:
    """Means since the last report, dB."""

    step: int
    seconds: float
    stego: float
    revealed: float


def pass_pair(
    net: StegoNet, secret: Tensor, reference: Tensor, k_sym: Tensor, seed: int, via: str
) -> tuple[Tensor, Tensor]:
    """(stego as received, revealed) of one batch under a random mix."""
    mix = random_mix(secret[0].numel(), torch.Generator().manual_seed(seed))
    scales = net.tile_scales(secret, k_sym)
    stego = channel(via)(net.conceal(secret, reference, k_sym, scales, mix))
    return stego, net.reveal(stego, reference, k_sym, scales, mix)


def pair_loss(
    net: StegoNet,
    config: LoopConfig,
    pair: tuple[Tensor, Tensor],
    result: tuple[Tensor, Tensor],
) -> Tensor:
    """The configured loss of (secret, reference) and (stego, revealed)."""
    (secret, reference), (stego, revealed) = pair, result
    if config.loss == "rate":
        return rate_controlled_loss(stego, reference, revealed, secret, config.target_psnr)
    pictures = (reference, stego, secret, revealed)
    frequency = frequency_loss(*(net.transform(picture) for picture in pictures))
    return total_loss(frequency, perceptual_loss(net.features, *pictures), (2.0, 1.0))


def train(
    net: StegoNet,
    sampler: CropSampler,
    features: Tensor,
    config: LoopConfig,
    report_every: int = 100,
) -> Iterator[Progress]:
    """Train in place; yields progress; afterwards `net` holds the averaged weights.

    A step whose loss is not finite is left out.
    """
    averaged = copy.deepcopy(net)
    learned: list[Tensor] = [p for p in net.parameters() if p.requires_grad]
    shadows: list[Tensor] = [p for p in averaged.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=config.rate, weight_decay=0.0, betas=(0.9, 0.99))
    started, step, sums = time.monotonic(), 0, torch.zeros(2)
    while (passed := time.monotonic() - started) < config.seconds:
        cosine = 0.5 * (1 + math.cos(math.pi * passed / config.seconds))
        for group in optimiser.param_groups:
            group["lr"] = config.rate * cosine * min(1.0, (step + 1) / config.warm_up)
        images, photos = sampler.sample(2 * config.batch)
        secret, reference = images.chunk(2)
        f_secret, f_reference = features[photos].chunk(2)
        k_sym = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
        stego, revealed = pass_pair(net, secret, reference, k_sym, step, config.channel)
        loss = pair_loss(net, config, (secret, reference), (stego, revealed))
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(learned, config.clip)
        if bool(torch.isfinite(loss)) and bool(torch.isfinite(norm)):
            optimiser.step()
        step += 1
        with torch.no_grad():
            keep = min(config.average, step / (step + 10))
            torch._foreach_lerp_(shadows, learned, 1 - keep)
            sums -= torch.stack(
                [decibel(stego, reference).mean(), decibel(revealed, secret).mean()]
            )
        if step % report_every == 0:
            stego_db, reveal_db = (sums / report_every).tolist()
            yield Progress(step, time.monotonic() - started, stego_db, reveal_db)
            sums.zero_()
    net.load_state_dict(averaged.state_dict())
