"""The coupled steps one by one (the paper's Figure 7), which torch takes."""

import torch
from torch import Tensor

from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.tensors import to_levels, to_tensor
from sshr.transports.analog.engine import session_mix, unpack_scales
from sshr.types import Rgb8
from sshr.zoo.loaded import LoadedModel, torch_mix

_FAINT, _LOUDER = 6 / 255, 8
"""A state fainter than this is shown so many times louder, or it would be plain grey."""


@torch.inference_mode()
def steps(model: LoadedModel, pair: ConcealedPair) -> list[tuple[str, Rgb8]]:
    """z after every step between the secret and the stego, and back, with names.

    Args:
        pair: of a single tile.
    """
    net, device = model.net, model.device
    size = pair.stego.shape[0], pair.stego.shape[1]
    pictures = (pair.secret, pair.reference, pair.stego)
    secret, reference, stego = (to_tensor(picture, device) for picture in pictures)
    sizes = net.group_sizes(size)
    mix = torch_mix(session_mix(pair.session, 0, sizes), device) if net.uses_mix else None
    scales = torch.from_numpy(unpack_scales(pair.scales)).view(1, net.scale_count).to(device)
    k_sym = torch.from_numpy(pair.k_sym)[None].to(device)
    seen: dict[str, list[Tensor]] = {"conceal": [], "reveal": []}
    net.conceal(secret, reference, k_sym, mix, seen["conceal"].append)
    net.reveal(stego, reference, k_sym, scales, mix, seen["reveal"].append)
    return [
        _shown(f"step {way} {t}", net.transform.image(z))
        for way, states in seen.items()
        for t, z in enumerate(states, start=1)
    ]


def _shown(name: str, picture: Tensor) -> tuple[str, Rgb8]:
    middle = picture.mean((2, 3), keepdim=True)
    if float((picture - middle).square().mean().sqrt()) >= _FAINT:
        return name, to_levels(picture)
    return f"{name} x{_LOUDER}", to_levels(0.5 + _LOUDER * (picture - middle))
