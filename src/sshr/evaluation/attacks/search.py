"""Gradient search over k_sym: the attacker asks which key makes the reveal look like a photograph.

He runs the public network on the stego and descends on a prior of natural images: gradients small
against the picture's own contrast (which favours no flat picture), samples within their range. The
search starts from noise as strong as k_sym's; k_pub_s and AlexNet play no part.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.crypto.session import Session
from sshr.evaluation.attacks.attack import neutral_scales
from sshr.evaluation.attacks.opened import opened
from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.tensors import to_levels, to_tensor
from sshr.imaging.tiles import tile_grid
from sshr.inference.keyed_mix import no_mix
from sshr.network.mix import Mix
from sshr.transports.analog.engine import Engine, session_mix, unpack_scales
from sshr.types import Rgb8
from sshr.zoo.loaded import torch_mix

STEPS = 500
SIDE = 128
"""px a side of the pictures searched: one tile, whatever the protocol's size."""

_RATE = 0.02


@dataclass(frozen=True)
class SearchResult:
    """Where a search began and ended: pictures (H, W, 3) uint8 and values of the prior."""

    start: Rgb8
    end: Rgb8
    start_prior: float
    end_prior: float


def search_key(
    engine: Engine,
    pair: ConcealedPair,
    reference: Rgb8,
    session: Session | None,
    seed: int,
    steps: int = STEPS,
) -> SearchResult:
    """Search from one random start; the end is the best picture by the prior.

    Args:
        pair: of a single tile.
        reference: what the attacker takes for it.
        session: the session key, if he is given that; with it come the sealed scales. Without it
            he leaves out the mix, whose place no other choice could fill.
    """
    tiles = tile_grid(*pair.stego.shape[:2])
    if len(tiles) != 1:
        raise ValueError(f"{len(tiles)} tiles; a search needs a single one")
    model = opened(engine)
    net, device = model.net, model.device
    stego, held = to_tensor(pair.stego, device), to_tensor(reference, device)
    sizes = net.group_sizes((pair.stego.shape[0], pair.stego.shape[1]))
    packed = neutral_scales(engine, pair) if session is None else pair.scales
    scales = torch.from_numpy(unpack_scales(packed)).view(1, net.scale_count).to(device)
    mix: Mix | None = None
    if net.uses_mix:
        keyed = no_mix(sum(sizes)) if session is None else session_mix(session, 0, sizes)
        mix = torch_mix(keyed, device)
    noise = torch.Generator().manual_seed(seed)
    right = torch.from_numpy(pair.k_sym)[None]
    drawn = torch.randn(right.shape, generator=noise)
    k_sym = (right.mean() + right.std() * drawn).to(device).requires_grad_(True)
    descent = torch.optim.Adam([k_sym], lr=_RATE)
    pictures: list[tuple[float, Tensor]] = []
    for _ in range(steps + 1):
        picture = net.reveal(stego, held, k_sym, scales, mix)
        prior = unnaturalness(picture)
        if not pictures or not torch.isfinite(prior):
            pictures = pictures or [(float(prior.detach()), picture.detach())] * 2
        elif float(prior.detach()) < pictures[1][0]:
            pictures[1] = (float(prior.detach()), picture.detach())
        if not torch.isfinite(prior):
            break
        descent.zero_grad()
        prior.backward()
        descent.step()
    (start_prior, start), (end_prior, end) = pictures
    first, last = (to_levels(picture.nan_to_num()) for picture in (start, end))
    return SearchResult(first, last, start_prior, end_prior)


def unnaturalness(picture: Tensor) -> Tensor:
    """Mean gradient over contrast, and what leaves [0, 1]; (1, 3, H, W)."""
    rows, columns = picture.diff(dim=2).abs().mean(), picture.diff(dim=3).abs().mean()
    outside = F.relu(-picture).mean() + F.relu(picture - 1).mean()
    return (rows + columns) / (picture.std() + 1e-3) + 10 * outside
