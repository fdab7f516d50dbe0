"""Preset `paper`: eq. 12 and 14 on the one-level Haar bands of RGB."""

from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch import Tensor

from sshr.network.config import PaperConfig
from sshr.network.diffusion import DiffusionTerm
from sshr.network.guidance import ConstantGuidance, GuidanceModule
from sshr.network.paper import PaperNet, ReactionStep, StepFunction
from sshr.network.reparam import PlainKernel, RepKernel
from sshr.network.transform import Transform

ABLATIONS: dict[str, dict[str, object]] = {
    "no PM": {"diffusion_term": False},
    "no wavelet": {"transform": "unshuffle:2"},
    "no Rep-Conv": {"reparameterised": False},
    "no CIGM": {"guided": False},
}


@pytest.fixture
def make(paper_config: Callable[..., PaperConfig], open_gates: Callable) -> Callable[..., PaperNet]:
    def made(**changes: object) -> PaperNet:
        net = PaperNet(paper_config(**changes))
        open_gates(net, 0.2)
        return net.eval().requires_grad_(False)

    return made


@pytest.mark.parametrize(
    ("steps", "p", "tied"), list(product((1, 4, 8), (0.9, 0.97, 1.0), (True, False)))
)
def test_inverse_is_exact_with_the_true_pair(
    steps: int,
    p: float,
    tied: bool,
    make: Callable[..., PaperNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = make(steps=steps, mixing=p, tie_half_steps=tied)
    assert len(net.functions) == steps
    assert {len(halves) for halves in net.functions} == {1 if tied else 2}
    secret, reference, k_sym = pictures(1, 32, 48, seed=1), pictures(1, 32, 48, seed=2), key()
    for tolerance in (1e-4, 1e-9):
        start = net.transform(secret)
        z, y = net.forward_pair(secret, reference, k_sym)
        assert float((z - start).abs().mean()) > 0.01
        back = net.inverse_pair(z, y, reference, k_sym)
        assert float((back[0] - start).abs().max()) < tolerance
        assert float((back[1] - start).abs().max()) < tolerance
        net = net.double()
        secret, reference, k_sym = secret.double(), reference.double(), k_sym.double()


def test_sending_z_alone_is_not_exact(
    make: Callable[..., PaperNet], pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(steps=4).double()
    secret, reference = pictures(1, seed=1).double(), pictures(1, seed=2).double()
    k_sym, side = key().double(), net.side(secret, key(), None)
    z, y = net.forward_pair(secret, reference, k_sym)
    stego = net.conceal(secret, reference, k_sym, side, None)
    assert torch.allclose(stego, net.transform.inverse(z), atol=1e-12)
    revealed = net.reveal(stego, reference, k_sym, side, None)
    exact = net.transform.inverse(net.inverse_pair(z, y, reference, k_sym)[0])
    assert float((exact - secret).abs().max()) < 1e-9
    assert float((revealed - secret).abs().max()) > 1e-3
    expected = net.inverse_pair(z, z, reference, k_sym)[0]  # y_T := z_T
    assert torch.allclose(revealed, net.transform.inverse(expected), atol=1e-9)


def test_one_step_is_eq_12_with_the_same_function_in_both_halves(
    make: Callable[..., PaperNet], pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(steps=1, mixing=0.95)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    guide = net.guidance(net.transform(reference))[0]
    function, p = net.functions[0][0], net.mixing()[0]
    start = net.transform(secret)
    z_mix = start - function(start, guide, key())
    y_mix = start - function(z_mix, guide, key())
    z = p * z_mix + (1 - p) * y_mix
    y = p * y_mix + (1 - p) * z
    found = net.forward_pair(secret, reference, key())
    assert torch.allclose(found[0], z, atol=1e-5)
    assert torch.allclose(found[1], y, atol=1e-5)


def test_step_function_is_dt_plus_lambda_crt(
    paper_config: Callable[..., PaperConfig], open_gates: Callable, key: Callable[..., Tensor]
) -> None:
    config = paper_config()
    for first, weight in ((True, 1.0), (False, 0.1)):
        function = StepFunction(12, config, first)
        guide, u = torch.randn(1, 8, 16, 24), torch.randn(1, 12, 16, 24)
        # Pure diffusion before training.
        assert torch.equal(function(u, guide, key()), function.diffusion(u, key()))
        open_gates(function, 0.2)
        expected = function.diffusion(u, key()) + weight * function.reaction(u, guide, key())
        assert torch.allclose(function(u, guide, key()), expected, atol=1e-5)


def test_everything_is_conditioned_on_key_and_reference(
    make: Callable[..., PaperNet], pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(steps=2)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    z, _ = net.forward_pair(secret, reference, key())
    for other in (
        net.forward_pair(secret, reference, key(seed=6)),
        net.forward_pair(secret, pictures(1, seed=3), key()),
    ):
        assert float((other[0] - z).abs().mean()) > 1e-3


def test_mix_and_side_information_are_not_used(
    make: Callable[..., PaperNet], pictures: Callable[..., Tensor]
) -> None:
    net = make(steps=1)
    assert not net.uses_mix
    side = net.side(pictures(3), torch.zeros(1, net.config.key_dim), None)
    assert side.scales.tolist() == [1, 1, 1]
    assert side.coarse is None
    assert net.tables is None
    assert net.coarse_rate == 0
    assert net.transform.kind == "haar"
    assert net.transform.channels == 12


@pytest.mark.parametrize("changes", ABLATIONS.values(), ids=ABLATIONS)
def test_ablated_networks_invert_exactly(
    changes: dict[str, object],
    make: Callable[..., PaperNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = make(steps=2, **changes).double()
    secret, reference = pictures(1, seed=1).double(), pictures(1, seed=2).double()
    start = net.transform(secret)
    z, y = net.forward_pair(secret, reference, key().double())
    assert float((z - start).abs().mean()) > 0.01
    back = net.inverse_pair(z, y, reference, key().double())
    assert float((back[0] - start).abs().max()) < 1e-9


def kinds(net: PaperNet, kind: type) -> int:
    return sum(isinstance(module, kind) for module in net.modules())


def test_each_ablation_takes_out_its_part_and_nothing_else(make: Callable[..., PaperNet]) -> None:
    full = make()
    parts = (DiffusionTerm, RepKernel, PlainKernel, GuidanceModule)
    # a step: CRC, attention, Re-FFN of the block and of CIGM
    assert [kinds(full, part) for part in parts] == [3, 12, 0, 3]
    assert [kinds(make(**ABLATIONS["no PM"]), part) for part in parts] == [0, 9, 0, 3]
    assert [kinds(make(**ABLATIONS["no wavelet"]), part) for part in parts] == [3, 12, 0, 3]
    assert [kinds(make(**ABLATIONS["no Rep-Conv"]), part) for part in parts] == [3, 0, 12, 3]
    assert [kinds(make(**ABLATIONS["no CIGM"]), part) for part in parts] == [3, 9, 0, 0]
    assert kinds(make(**ABLATIONS["no PM"]), ReactionStep) == 3
    assert make(**ABLATIONS["no wavelet"]).transform.kind == "unshuffle"


def test_without_pm_the_untrained_network_passes_the_secret_on(
    paper_config: Callable[..., PaperConfig],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = PaperNet(paper_config(diffusion_term=False))
    secret = pictures(1, seed=1)
    z, y = net.forward_pair(secret, pictures(1, seed=2), key())
    assert torch.allclose(z, net.transform(secret), atol=1e-6)
    assert torch.allclose(y, z, atol=1e-6)


def test_without_cigm_every_step_sees_the_same_projection(pictures: Callable[..., Tensor]) -> None:
    guidance = ConstantGuidance(12, 8, 3)
    condition = Transform("haar:1", "rgb")(pictures(2))
    guides = guidance(condition)
    assert len(guides) == 3
    assert all(torch.equal(guide, guidance.enter(condition)) for guide in guides)


@pytest.mark.parametrize(
    "changes", [{}, {"tie_half_steps": False}, *ABLATIONS.values()], ids=["", "untied", *ABLATIONS]
)
def test_every_weight_learns(
    changes: dict[str, object], make: Callable[..., PaperNet], pictures: Callable[..., Tensor]
) -> None:
    net = make(steps=2, **changes).train().requires_grad_(True)
    net.features.requires_grad_(False)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    f_secret, f_reference = torch.rand(2, 256), torch.rand(2, 256)
    k_sym = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
    side = net.side(secret, k_sym, None)
    stego = net.conceal(secret, reference, k_sym, side, None)
    revealed = net.reveal(stego, reference, k_sym, side, None)
    ((stego - reference).square().mean() + (revealed - secret).square().mean()).backward()
    idle = [
        name
        for name, p in net.named_parameters()
        if p.requires_grad and (p.grad is None or not p.grad.any())
    ]
    assert idle == []
