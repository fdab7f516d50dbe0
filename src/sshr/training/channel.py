"""What happens to a stego between sender and receiver, inside a differentiable graph."""

from collections.abc import Callable

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
