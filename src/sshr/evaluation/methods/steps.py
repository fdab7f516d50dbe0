"""Conceal and reveal step by step, as pictures (the paper's Figure 7)."""

import torch
from torch import Tensor

from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.tensors import to_levels, to_tensor
from sshr.imaging.tiles import tile_grid
from sshr.transports.analog.engine import Engine, session_mix, unpack_scales
from sshr.types import Rgb8

_FAINT, _LOUDER = 6 / 255, 8
"""A state fainter than this is shown so many times louder, or it would be plain grey."""


@torch.inference_mode()
def stages(engine: Engine, pair: ConcealedPair) -> list[tuple[str, Rgb8]]:
    """z after every step between the secret and the stego, and back: (H, W, 3), with names."""
    net, device = engine.model.net, pair.k_sym.device
    pictures = (pair.secret, pair.reference, pair.stego)
    secret, reference, stego = (to_tensor(picture, device) for picture in pictures)
    tiles = tile_grid(*pair.stego.shape[:2])
    if len(tiles) > 1:
        return []
    sizes = net.group_sizes((pair.stego.shape[0], pair.stego.shape[1]))
    mix = session_mix(pair.session, 0, sizes, device) if net.uses_mix else None
    scales = torch.from_numpy(unpack_scales(pair.scales)).view(1, net.scale_count).to(device)
    seen: list[Tensor] = []
    net.conceal(secret, reference, pair.k_sym, mix, seen.append)
    found = [_shown(f"step conceal {t + 1}", net.transform.image(z)) for t, z in enumerate(seen)]
    seen.clear()
    net.reveal(stego, reference, pair.k_sym, scales, mix, seen.append)
    return found + [
        _shown(f"step reveal {t + 1}", net.transform.image(z)) for t, z in enumerate(seen)
    ]


def _shown(name: str, picture: Tensor) -> tuple[str, Rgb8]:
    middle = picture.mean((2, 3), keepdim=True)
    if float((picture - middle).square().mean().sqrt()) >= _FAINT:
        return name, to_levels(picture)
    return f"{name} x{_LOUDER}", to_levels(0.5 + _LOUDER * (picture - middle))
