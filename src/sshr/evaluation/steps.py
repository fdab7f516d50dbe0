"""Conceal and reveal step by step, as pictures (the paper's Figure 7)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sshr.evaluation.attacks import without_mix
from sshr.evaluation.cases import Case
from sshr.evaluation.tensors import to_levels, to_tensor
from sshr.network.coupling import mix_pair, unmix_pair
from sshr.network.paper import PaperNet
from sshr.network.side import Side
from sshr.pipeline.engine import Engine, no_step

Rgb8 = NDArray[np.uint8]

_GREY = 128


def stages(engine: Engine, case: Case) -> list[tuple[str, Rgb8]]:
    """Pictures (H, W, 3) between the secret and the stego, and back, with names in order.

    For a network of kind `paper` z after every step; for `base` its payload alone, on flat grey:
    before and after the keyed mix, which is what hides it.
    """
    net = engine.model.net
    if isinstance(net, PaperNet):
        return _paper_stages(net, case)
    grey = np.full_like(case.reference, _GREY)
    found = []
    for name, one in (("payload", without_mix(engine)), ("payload mixed", engine)):
        made = one.conceal(case.secret, grey, case.k_sym, case.session, case.header, no_step)
        shown = (made.unrounded - _GREY) * 8 + _GREY  # the payload has 2.3 levels of deviation
        found.append((f"step {name} x8", np.rint(shown).clip(0, 255).astype(np.uint8)))
    return found


@torch.inference_mode()
def _paper_stages(net: PaperNet, case: Case) -> list[tuple[str, Rgb8]]:
    secret, reference, stego = (to_tensor(p) for p in (case.secret, case.reference, case.stego))
    p, one = net.mixing(), torch.ones(1)
    with _outputs(net.functions) as moves:
        net.conceal(secret, reference, case.k_sym, Side(one, one), None)
    z = y = net.transform(secret)
    found = []
    for t in range(len(p)):
        z, y = z - moves[2 * t], y - moves[2 * t + 1]
        z, y = mix_pair(z, y, p[t])
        found.append((f"step conceal {t + 1}", to_levels(net.transform.inverse(z))))
    with _outputs(net.functions) as moves:
        net.reveal(stego, reference, case.k_sym, Side(one, one), None)
    z = y = net.transform(stego)
    for t in range(len(p)):
        z, y = unmix_pair(z, y, p[-1 - t])
        y, z = y + moves[2 * t], z + moves[2 * t + 1]
        found.append((f"step reveal {t + 1}", to_levels(net.transform.inverse(z))))
    return found


@contextmanager
def _outputs(functions: nn.ModuleList) -> Iterator[list[Tensor]]:
    """What the steps' learned functions give, in order of their calls."""
    seen: list[Tensor] = []
    hooks = [
        function.register_forward_hook(lambda module, args, output: seen.append(output))
        for halves in functions
        for function in halves.children()
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()
