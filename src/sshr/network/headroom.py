"""What the reference gives up so that the payload has room to black and white."""

import torch
from torch import Tensor

_LEAST = 0.15  # share of the payload's power that the reference's headroom may leave at least
_ROUNDS = 8


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
    for _ in range(_ROUNDS if equal else 0):
        room = reach * even * share.sqrt()
        cost = (reference - inside(reference, room)).square()
        left = power - cost.mean((1, 2, 3), keepdim=True)
        share = (share * (left / power).clamp(min=_LEAST)).sqrt()
    strength = even * share.sqrt()
    return strength, reach * strength
