"""What happens to a stego between sender and receiver, inside a differentiable graph."""

from collections.abc import Callable

import torch
from torch import Tensor

Channel = Callable[[Tensor], Tensor]


def float_channel(stego: Tensor) -> Tensor:
    """The sender's tensor itself: for comparison with papers, evidence of nothing."""
    return stego


def png_channel(stego: Tensor) -> Tensor:
    """An 8-bit file: clamp to [0, 1], round to 1/255.

    The gradient passes the rounding straight through and is zero where the clamp cuts.
    """
    clamped = stego.clamp(0, 1)
    return clamped + ((clamped * 255).round() / 255 - clamped).detach()


def parity_moves(received: Tensor, made: Tensor, group: int, seed: int) -> Tensor:
    """What bits in parities do to an 8-bit stego: half of the groups move one sample by one level.

    Args:
        received: what the `png` channel gave, (B, 3, H, W) in [0, 1].
        made: the stego before rounding; the sample nearest to another level moves there.
        group: samples to a bit.
        seed: of which groups have the wrong parity.
    """
    with torch.no_grad():
        error = (made - received).flatten()
        size = len(error) // group * group
        groups = error[:size].view(-1, group)
        chosen = groups.abs().argmax(1, keepdim=True)
        wrong = torch.rand(len(groups), 1, generator=torch.Generator().manual_seed(seed)) < 0.5
        step = groups.gather(1, chosen).sign() * wrong.to(error.device) / 255
        moves = torch.zeros_like(groups).scatter(1, chosen, step).flatten()
        moves = torch.cat([moves, error.new_zeros(len(error) - size)])
    return (received + moves.view_as(received)).clamp(0, 1)


_CHANNELS: dict[str, Channel] = {"float": float_channel, "png": png_channel}


def channel(name: str) -> Channel:
    """The channel of that name.

    Raises:
        ValueError: unknown name.
    """
    try:
        return _CHANNELS[name]
    except KeyError:
        raise ValueError(f"unknown channel {name!r}; known: {', '.join(_CHANNELS)}") from None
