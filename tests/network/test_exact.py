"""The closed form: what the stego holds, what it alone reveals, and what is known beforehand."""

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.config import ModelConfig, StrengthConfig
from sshr.network.exact import ExactSteps
from sshr.network.model import SshrNet
from sshr.network.steps import Shared

EVEN = StrengthConfig(contrast=0.0)
PLAIN: dict[str, object] = {"shaping": 0.0, "ranked": False}
CONFIGS: dict[str, dict[str, object]] = {
    "mixed": {"mixed": True},
    "plain": {},
    "plain, mixing": {"mixing": 0.93},
    "mixed, no companding, no key": {"mixed": True, "companding": None, "angle": 0.0},
    "by frequency": {"ranked": False},
    "blocks": {"bank": "block"} | PLAIN,
    "haar": {"bank": "haar", "colour": "rgb", "mixing": 0.97} | PLAIN,
    "difference": {"bank": "haar", "payload": "difference", "strength": EVEN, "equal": False}
    | PLAIN,
    "learned strength, rbf": {"strength": StrengthConfig(learned=True)},
}
ALL = pytest.mark.parametrize("name", CONFIGS)


@pytest.fixture
def make(
    exact_config: Callable[..., ModelConfig], fitted: Callable[..., SshrNet], open_gates: Callable
) -> Callable[..., SshrNet]:
    def made(name: str, amount: float = 0.2) -> SshrNet:
        changes = dict(CONFIGS[name])
        part = exact_config().exact.companding
        if "companding" in changes:
            changes["companding"] = dataclasses.replace(part, width=0)
        if "rbf" in name:
            changes["companding"] = dataclasses.replace(part, rbf=True)
        net = fitted(exact_config(**changes))
        open_gates(net, amount)
        return net

    return made


@ALL
def test_both_states_end_equal_and_reveal_from_one(
    name: str,
    make: Callable[..., SshrNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
) -> None:
    net = make(name).double()
    body = net.body
    assert isinstance(body, ExactSteps)
    secret, reference = pictures(2, seed=1).double(), pictures(2, seed=2).double()
    shared = Shared(reference, key(2).double(), mix_for(net, reference))
    planes = net.transform.planes(secret)
    (z, y), scales = body.conceal(planes, shared)
    assert float((z - y).abs().max()) < 1e-9
    assert scales.shape == (2, net.scale_count)
    back = body.reveal((z, z), shared, scales)
    for state in back:
        assert float((state - planes).abs().max()) < 1e-6
    # What is known beforehand is what the steps give.
    at_once, same = body.result(planes, shared)
    assert torch.allclose(same, scales, rtol=1e-9)
    assert float((at_once - z).abs().max()) < 1e-9
    undone = body.undone(z, shared, scales)
    assert float((undone - planes).abs().max()) < 1e-6


@ALL
def test_single_precision_agrees_with_double(
    name: str,
    make: Callable[..., SshrNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    # Wilder networks than training makes would show fp32's rounding in the coarse coefficients.
    net, secret, reference = make(name, 0.05), pictures(2, seed=1), pictures(2, seed=2)
    k_sym, mix = key(2), mix_for(net, reference)
    stego, scales = net.conceal(secret, reference, k_sym, mix)
    assert bool((decibels(net.reveal(stego, reference, k_sym, scales, mix), secret) > 65).all())
    double = net.double()
    exact, wide = double.conceal(secret.double(), reference.double(), k_sym.double(), mix)
    assert float((exact - stego).abs().max()) < 4e-4  # a tenth of a level
    assert torch.allclose(wide, scales.double(), rtol=1e-3)


@pytest.mark.parametrize("name", ["mixed", "plain", "haar"])
def test_whoever_watches_sees_pictures_after_every_step(
    name: str,
    make: Callable[..., SshrNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
) -> None:
    net, secret, reference = make(name).double(), pictures(1, seed=1), pictures(1, seed=2)
    secret, reference, mix = secret.double(), reference.double(), mix_for(net, reference)
    seen: list[Tensor] = []
    k_sym = key().double()
    stego, scales = net.conceal(secret, reference, k_sym, mix, seen.append)
    assert len(seen) == 6
    assert {z.shape for z in seen} == {secret.shape}
    assert float((net.transform.image(seen[-1]) - stego).abs().max()) < 1e-12
    back: list[Tensor] = []
    net.reveal(stego, reference, k_sym, scales, mix, back.append)
    assert len(back) == 6
    # Undone in the opposite order: before step t is after step t - 1, in the basis of step t.
    assert float((back[0] - seen[4]).abs().max()) < 1e-9
    assert float((back[5] - net.transform.planes(secret)).abs().max()) < 1e-6


@ALL
def test_untrained_every_correction_is_gone(
    name: str, make: Callable[..., SshrNet], pictures: Callable[..., Tensor]
) -> None:
    net = make(name)
    body = net.body
    assert isinstance(body, ExactSteps)
    start, tokens = body.log_gain.clone(), body.blocks.split(pictures(1))
    even = make(name, 0.0).body.strength(pictures(1), net.transform)
    body.log_gain.add_(torch.randn(start.shape))
    body.untrain()
    assert torch.equal(body.log_gain, start)
    assert torch.equal(body.strength(pictures(1), net.transform), even)
    if body.companding is not None and not body.config.companding.rbf:
        assert torch.equal(body.companding(tokens), tokens)


def test_a_network_that_needs_a_mix_says_so(
    make: Callable[..., SshrNet], pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net, picture = make("mixed"), pictures(1)
    with pytest.raises(ValueError, match="needs a keyed mix"):
        net.conceal(picture, picture, key(), None)
