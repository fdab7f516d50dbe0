"""The steps as printed: eq. 12 and 14 on the one-level Haar bands, and the rows of Table 5."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from sshr.network.config import ModelConfig
from sshr.network.diffusion import DiffusionTerm
from sshr.network.guidance import ConstantGuidance, GuidanceModule
from sshr.network.model import SshrNet
from sshr.network.printed import PrintedSteps, StepFunction
from sshr.network.reparam import PlainKernel, RepKernel
from sshr.network.steps import Shared
from sshr.network.transform import Transform

ABLATIONS: dict[str, dict[str, Any]] = {
    "no PM": {"diffusion_term": False},
    "no wavelet": {"transform": "unshuffle:2"},
    "no Rep-Conv": {"reparameterised": False},
    "no CIGM": {"guided": False},
}


@pytest.fixture
def make(
    printed_config: Callable[..., ModelConfig], fitted: Callable[..., SshrNet], open_gates: Callable
) -> Callable[..., SshrNet]:
    def made(amount: float = 0.2, **changes: Any) -> SshrNet:
        net = fitted(printed_config(**changes))
        open_gates(net, amount)
        return net

    return made


@pytest.fixture
def pair(pictures: Callable[..., Tensor]) -> tuple[Tensor, Tensor]:
    """Planes of a secret, and a reference: (1, 3, 32, 48)."""
    return pictures(1, 32, 48, seed=1) - 0.45, pictures(1, 32, 48, seed=2)


@pytest.mark.parametrize(
    ("steps", "p", "order"), list(product((1, 4, 8), (0.9, 1.0), ("alternate", "z-first")))
)
def test_inverse_is_exact_with_the_true_pair(
    steps: int,
    p: float,
    order: str,
    make: Callable[..., SshrNet],
    pair: tuple[Tensor, Tensor],
    key: Callable[..., Tensor],
) -> None:
    net, k_sym = make(steps=steps, mixing=p, order=order), key()
    (planes, reference), none = pair, torch.ones(1, 0)
    for tolerance in (1e-4, 1e-9):
        end, scales = net.body.conceal(planes, Shared(reference, k_sym))
        assert scales.shape == (1, 0)
        assert float((end[0] - planes).abs().mean()) > 0.01
        assert float((end[0] - end[1]).abs().mean()) > 1e-3
        for state in net.body.reveal(end, Shared(reference, k_sym), none):
            assert float((state - planes).abs().max()) < tolerance
        net, k_sym = net.double(), k_sym.double()
        planes, reference = planes.double(), reference.double()


def test_sending_z_alone_is_not_exact(
    make: Callable[..., SshrNet], pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net, k_sym = make(steps=4).double(), key().double()
    secret, reference = pictures(1, seed=1).double(), pictures(1, seed=2).double()
    stego, scales = net.conceal(secret, reference, k_sym, None)
    (z, y), _ = net.body.conceal(net.transform.planes(secret), Shared(reference, k_sym))
    assert torch.equal(stego, net.transform.image(z))
    exact = net.transform.image(net.body.reveal((z, y), Shared(reference, k_sym), scales)[0])
    assert float((exact - secret).abs().max()) < 1e-9
    revealed = net.reveal(stego, reference, k_sym, scales, None)
    assert float((revealed - secret).abs().max()) > 1e-3
    expected = net.body.reveal((z, z), Shared(reference, k_sym), scales)[0]  # y_T := z_T
    assert torch.allclose(revealed, net.transform.image(expected), atol=1e-9)
    assert torch.equal(net.conceal_at_once(secret, reference, k_sym, None)[0], stego)


@pytest.mark.parametrize("order", ["alternate", "z-first"])
def test_two_steps_are_eq_12_with_the_same_function_in_both_halves(
    order: str,
    make: Callable[..., SshrNet],
    pair: tuple[Tensor, Tensor],
    key: Callable[..., Tensor],
) -> None:
    net, (planes, reference) = make(steps=2, mixing=0.95, order=order), pair
    body, transform = net.body, net.transform
    guides = body.guidance(transform(reference))
    z = y = transform.pack(planes)
    for t, (p, guide) in enumerate(zip(body.mixing(), guides, strict=True)):
        function = body.functions[t]
        first, second = (y, z) if order == "alternate" and t == 1 else (z, y)
        first = first - function(second, guide, key())
        second = second - function(first, guide, key())
        first = p * first + (1 - p) * second
        second = p * second + (1 - p) * first
        z, y = (second, first) if order == "alternate" and t == 1 else (first, second)
    found, _ = body.conceal(planes, Shared(reference, key()))
    assert torch.allclose(found[0], transform.unpack(z), atol=1e-5)
    assert torch.allclose(found[1], transform.unpack(y), atol=1e-5)


def test_step_function_is_dt_plus_lambda_crt(
    printed_config: Callable[..., ModelConfig], open_gates: Callable, key: Callable[..., Tensor]
) -> None:
    config = printed_config()
    for first, weight in ((True, 1.0), (False, 0.1)):
        function = StepFunction(config.key_dim, config.printed, first).requires_grad_(False)
        guide, u = torch.randn(1, 8, 16, 24), torch.randn(1, 12, 16, 24)
        # Pure diffusion before training.
        assert torch.equal(function(u, guide, key()), function.diffusion(u, key()))
        open_gates(function, 0.2)
        expected = function.diffusion(u, key()) + weight * function.reaction(u, guide, key())
        assert torch.allclose(function(u, guide, key()), expected, atol=1e-5)


def test_training_starts_with_the_secret_as_stego(
    make: Callable[..., SshrNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    stego, scales = make(amount=0.0).conceal(secret, reference, key(), None)
    assert bool((decibels(stego, secret) > 25).all())
    assert bool((decibels(stego, reference) < 20).all())
    revealed = make(amount=0.0).reveal(stego, reference, key(), scales, None)
    assert bool((decibels(revealed, secret) > 25).all())
    # Without the diffusion term nothing moves at all.
    still, _ = make(amount=0.0, diffusion_term=False).conceal(secret, reference, key(), None)
    assert torch.allclose(still, secret, atol=1e-6)


def test_everything_is_conditioned_on_key_and_reference(
    make: Callable[..., SshrNet], pair: tuple[Tensor, Tensor], key: Callable[..., Tensor]
) -> None:
    net, (planes, reference) = make(steps=2), pair
    (z, _), _ = net.body.conceal(planes, Shared(reference, key()))
    for other in ((reference, key(seed=6)), (reference.flip(-1), key())):
        (changed, _), _ = net.body.conceal(planes, Shared(*other))
        assert float((changed - z).abs().mean()) > 1e-3


@pytest.mark.parametrize("changes", ABLATIONS.values(), ids=ABLATIONS)
def test_ablated_networks_invert_exactly(
    changes: dict[str, Any],
    make: Callable[..., SshrNet],
    pair: tuple[Tensor, Tensor],
    key: Callable[..., Tensor],
) -> None:
    net, (planes, reference) = make(steps=2, **changes).double(), (x.double() for x in pair)
    end, scales = net.body.conceal(planes, Shared(reference, key().double()))
    assert float((end[0] - planes).abs().mean()) > 0.01
    back, _ = net.body.reveal(end, Shared(reference, key().double()), scales)
    assert float((back - planes).abs().max()) < 1e-9


def test_each_ablation_takes_out_its_part_and_nothing_else(make: Callable[..., SshrNet]) -> None:
    parts = (DiffusionTerm, RepKernel, PlainKernel, GuidanceModule)

    def kinds(**changes: Any) -> list[int]:
        body = make(**changes).body
        assert isinstance(body, PrintedSteps)
        return [sum(type(module) is part for module in body.modules()) for part in parts]

    # A step has CRC, attention, Re-FFN of the block and of CIGM; there are three.
    assert kinds() == [3, 12, 0, 3]
    assert kinds(**ABLATIONS["no PM"]) == [0, 9, 0, 3]
    assert kinds(**ABLATIONS["no wavelet"]) == [3, 12, 0, 3]
    assert kinds(**ABLATIONS["no Rep-Conv"]) == [3, 0, 12, 3]
    assert kinds(**ABLATIONS["no CIGM"]) == [3, 9, 0, 0]


def test_without_cigm_every_step_sees_the_same_projection(pictures: Callable[..., Tensor]) -> None:
    guidance, condition = ConstantGuidance(12, 8, 3), Transform("haar:1", "rgb")(pictures(2))
    guides = guidance(condition)
    assert len(guides) == 3
    assert all(torch.equal(guide, guidance.enter(condition)) for guide in guides)


@pytest.mark.parametrize("changes", ABLATIONS.values(), ids=ABLATIONS)
def test_every_weight_of_an_ablated_network_learns(
    changes: dict[str, Any], make: Callable[..., SshrNet], pictures: Callable[..., Tensor], key
) -> None:
    net = make(steps=2, **changes)
    net.set_learnable()
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    stego, scales = net.conceal(secret, reference, key(), None)
    revealed = net.reveal(stego, reference, key(), scales, None)
    ((stego - reference).square().mean() + (revealed - secret).square().mean()).backward()
    learned = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    assert [name for name, p in learned if p.grad is None or not p.grad.any()] == []
