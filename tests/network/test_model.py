"""What both networks promise their callers: keys, shapes, parameter count, repeatability."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.config import BaseConfig, PaperConfig
from sshr.network.mix import random_mix
from sshr.network.model import TILE_MULTIPLE, StegoNet
from sshr.network.paper import PaperNet
from sshr.network.reparam import RepKernel
from sshr.network.side import Side


@pytest.fixture(params=["base", "base without coarse layer", "paper"])
def net(
    request: pytest.FixtureRequest,
    base_config: Callable[..., BaseConfig],
    paper_config: Callable[..., PaperConfig],
    linear_start: Callable[[BaseNet], BaseNet],
    open_gates: Callable,
) -> StegoNet:
    made: StegoNet
    if request.param == "paper":
        made = PaperNet(paper_config(steps=2))
    else:
        rate = 0.0 if "without" in request.param else 0.25
        made = linear_start(BaseNet(base_config(coarse_rate=rate, estimator="residual")))
    open_gates(made, 0.2)
    return made.eval().requires_grad_(False)


def test_both_sides_get_the_same_key(net: StegoNet, pictures: Callable[..., Tensor]) -> None:
    secret, reference = pictures(2, seed=1), pictures(2, 80, 112, seed=2)
    codes = net.public_key(secret)
    assert codes.dtype == torch.uint8
    assert codes.shape == (2, 16)
    k_sym = net.symmetric_key(codes, reference)
    # In training the sender's key never leaves floating point.
    features = net.features.pooled(secret), net.features.pooled(reference)
    trained = net.keys.symmetric_key(net.keys.public_key(features[0]), features[1])
    assert torch.allclose(k_sym, trained, atol=1e-6)


@pytest.mark.parametrize("size", [(64, 64), (80, 112)])
def test_round_trip_shapes_and_repeatability(
    net: StegoNet,
    size: tuple[int, int],
    pictures: Callable[..., Tensor],
    key: Callable,
    side_of: Callable[..., Side],
) -> None:
    assert all(side % TILE_MULTIPLE == 0 for side in size)
    secret, reference = pictures(2, *size, seed=1), pictures(2, *size, seed=2)
    side = side_of(net, secret, key())
    assert side.scales.dtype == torch.float32
    assert side.scales.shape == (2,)
    assert (side.coarse is None) == (net.tables is None) == (net.coarse_rate == 0)
    mix = random_mix(3 * size[0] * size[1], torch.Generator().manual_seed(1))
    stego = net.conceal(secret, reference, key(), side, mix)
    revealed = net.reveal(stego, reference, key(), side, mix)
    assert stego.shape == revealed.shape == secret.shape
    assert torch.equal(net.conceal(secret, reference, key(), side, mix), stego)
    # One by one, each with its own row of the keys.
    for i in range(2):
        one = slice(i, i + 1)
        keys = key().expand(2, -1)[one]
        own = side_of(net, secret[one], keys)
        assert torch.allclose(own.scales, side.scales[one], rtol=1e-4)
        alone = net.conceal(secret[one], reference[one], keys, own, mix)
        assert float((alone - stego[one]).abs().max()) < 2e-5
        alone = net.reveal(stego[one], reference[one], keys, own, mix)
        assert float((alone - revealed[one]).abs().max()) < 1e-3


def test_parameters_are_counted_without_alexnet(net: StegoNet) -> None:
    own = [p.numel() for name, p in net.named_parameters() if not name.startswith("features.")]
    assert net.parameter_count() == sum(own)


def test_one_set_of_weights_has_one_state(net: StegoNet) -> None:
    copy = type(net)(net.config)
    copy.load_state_dict(net.state_dict(), strict=True)
    assert copy.config == net.config
    for name, value in copy.state_dict().items():
        assert torch.equal(value, net.state_dict()[name])


def test_fusing_merges_every_kernel_and_keeps_the_outputs(
    net: StegoNet,
    pictures: Callable[..., Tensor],
    key: Callable,
    side_of: Callable[..., Side],
) -> None:
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, RepKernel):
                for branch in (module.k5, module.k3, module.k1, module.identity):
                    branch.add_(0.02 * torch.randn(branch.shape))
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    side, mix = (
        side_of(net, secret, key()),
        random_mix(3 * 64 * 64, torch.Generator().manual_seed(1)),
    )
    stego = net.conceal(secret, reference, key(), side, mix)
    revealed = net.reveal(stego, reference, key(), side, mix)
    codes = net.public_key(secret)
    for _ in range(2):  # the second time changes nothing
        net.fuse()
        assert all(m.fused for m in net.modules() if isinstance(m, RepKernel))
        again = net.conceal(secret, reference, key(), side, mix)
        assert float((again - stego).abs().max()) < 1e-5
        again = net.reveal(stego, reference, key(), side, mix)
        assert float((again - revealed).abs().max()) < 1e-5
    assert torch.equal(net.public_key(secret), codes)
