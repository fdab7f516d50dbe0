"""What every network promises its callers: keys, shapes, rims, repeatability, one state."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sshr.network.config import ModelConfig
from sshr.network.model import SshrNet
from sshr.network.reparam import RepKernel
from sshr.network.sizes import TILE_MULTIPLE

NAMES = ["mixed", "plain", "printed"]


@pytest.fixture(params=NAMES)
def net(
    request: pytest.FixtureRequest,
    exact_config: Callable[..., ModelConfig],
    printed_config: Callable[..., ModelConfig],
    fitted: Callable[..., SshrNet],
    open_gates: Callable,
) -> SshrNet:
    if request.param == "printed":
        made = fitted(printed_config(steps=2))
    else:
        made = fitted(exact_config(mixed=request.param == "mixed"))
    open_gates(made, 0.05)
    return made


def test_both_sides_get_the_same_key(net: SshrNet, pictures: Callable[..., Tensor]) -> None:
    secret, reference = pictures(2, seed=1), pictures(2, 80, 112, seed=2)
    codes = net.rsrk_public(secret)
    assert codes.dtype == torch.uint8
    assert codes.shape == (2, net.config.key_dim // 4)
    k_sym = net.rsrk_symmetric(codes, reference)
    # In training the sender's key is not packed, but rounded all the same.
    features = net.features.pooled(secret), net.features.pooled(reference)
    trained = net.keys.rsrk_symmetric(net.keys.rsrk_public(features[0]), features[1])
    assert torch.equal(k_sym, trained)


@pytest.mark.parametrize("size", [(64, 64), (80, 112)])
def test_round_trip_shapes_and_repeatability(
    net: SshrNet,
    size: tuple[int, int],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
) -> None:
    assert all(side % TILE_MULTIPLE == 0 for side in size)
    secret, reference = pictures(2, *size, seed=1), pictures(2, *size, seed=2)
    k_sym, mix = key(2), mix_for(net, reference)
    stego, scales = net.conceal(secret, reference, k_sym, mix)
    revealed = net.reveal(stego, reference, k_sym, scales, mix)
    assert stego.shape == revealed.shape == secret.shape
    assert scales.shape == (2, net.scale_count) == (2, net.config.scale_count)
    assert torch.equal(net.conceal(secret, reference, k_sym, mix)[0], stego)
    # One by one, each with its own row of the keys.
    for i in range(2):
        one = slice(i, i + 1)
        alone, own = net.conceal(secret[one], reference[one], k_sym[one], mix)
        assert torch.allclose(own, scales[one], rtol=1e-3)
        assert float((alone - stego[one]).abs().max()) < 4e-4
    # One key for all.
    shared, _ = net.conceal(secret, reference, k_sym[:1], mix)
    assert float((shared[0] - stego[0]).abs().max()) < 4e-4


def test_in_training_the_steps_result_is_taken_at_once(
    net: SshrNet,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
) -> None:
    net = net.double()
    secret, reference = pictures(2, seed=1).double(), pictures(2, seed=2).double()
    pair = secret, reference, key(2).double(), mix_for(net, reference)
    stego, scales = net.conceal(*pair)
    quick, same = net.conceal_at_once(*pair)
    assert float((quick - stego).abs().max()) < 1e-9
    assert torch.allclose(same, scales, rtol=1e-9)
    noisy = (stego + 1e-3 * torch.randn(stego.shape), *pair[1:3], scales, pair[3])
    assert float((net.reveal_at_once(*noisy) - net.reveal(*noisy)).abs().max()) < 1e-6


@pytest.mark.parametrize("rim", [(15, 3), (8, 0), (0, 11), (15, 15)])
def test_a_rim_is_used_by_mixed_networks_and_kept_by_others(
    net: SshrNet,
    rim: tuple[int, int],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    secret, reference = pictures(2, 64, 48, seed=1), pictures(2, 64 + rim[0], 48 + rim[1], seed=2)
    mix = mix_for(net, reference)
    stego, scales = net.conceal(secret, reference, key(), mix)
    assert stego.shape == reference.shape
    revealed = net.reveal(stego, reference, key(), scales, mix)
    assert revealed.shape == secret.shape
    if net.is_exact:
        assert bool((decibels(revealed, secret) > 60).all())
        assert sum(net.group_sizes(reference.shape[-2:])) in (0, reference[0].numel())
    beyond = torch.ones(reference.shape[-2:], dtype=torch.bool)
    beyond[:64, :48] = False
    strength = net.strength(reference)
    assert strength.shape == (2, 1, *reference.shape[-2:])
    if net.uses_mix:
        assert bool((stego != reference)[..., beyond].any(1).all())
    else:
        assert torch.equal(stego[..., beyond], reference[..., beyond])
        assert bool((strength[..., beyond] == 1).all())


def test_what_rounding_is_told(net: SshrNet, pictures: Callable[..., Tensor]) -> None:
    shares, powers = net.noise_spectrum()
    assert len(shares) == len(powers)
    if net.is_exact:
        assert len(shares) == net.config.exact.rings
        assert sum(shares) == 3 * net.config.exact.block**2
        assert min(powers) < 0.5 < 1 < max(powers)
    else:
        assert (shares, powers) == ([1.0], [1.0])
        with pytest.raises(ValueError, match="no spectrum"):
            net.rounding_noise(pictures(1), torch.Generator())


def test_without_shaping_rounding_is_to_the_nearest_level(
    exact_config: Callable[..., ModelConfig], fitted: Callable[..., SshrNet]
) -> None:
    assert fitted(exact_config(shaping=0.0)).noise_spectrum() == ([1.0], [1.0])


def test_parameters_are_counted_without_alexnet(net: SshrNet) -> None:
    own = [p.numel() for name, p in net.named_parameters() if not name.startswith("features.")]
    assert net.parameter_count() == sum(own)


def test_training_leaves_keys_and_features_alone(net: SshrNet) -> None:
    net.set_learnable()
    learned = {name.split(".")[0] for name, p in net.named_parameters() if p.requires_grad}
    assert learned == {"body"}
    still = {name for name, p in net.body.named_parameters() if not p.requires_grad}
    assert all(name.startswith("rotation.") for name in still)
    assert net.is_exact == bool(still)


def test_one_set_of_weights_has_one_state(net: SshrNet) -> None:
    copy = SshrNet(net.config)
    copy.load_state_dict(net.state_dict(), strict=True)
    for name, value in copy.state_dict().items():
        assert torch.equal(value, net.state_dict()[name])


def test_fusing_merges_every_kernel_and_keeps_the_outputs(
    net: SshrNet,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    mix_for: Callable,
) -> None:
    for module in net.modules():
        if isinstance(module, RepKernel):
            for branch in (module.k5, module.k3, module.k1, module.identity):
                branch.add_(0.02 * torch.randn(branch.shape))
    net = net.double()
    secret, reference = pictures(2, seed=1).double(), pictures(2, seed=2).double()
    pair: Any = secret, reference, key().double(), mix_for(net, reference)
    stego, _ = net.conceal(*pair)
    kernels = [m for m in net.modules() if isinstance(m, RepKernel)]
    assert kernels
    for _ in range(2):  # the second time changes nothing
        net.fuse()
        assert all(kernel.fused for kernel in kernels)
        assert float((net.conceal(*pair)[0] - stego).abs().max()) < 1e-9


def test_every_weight_learns(
    net: SshrNet, pictures: Callable[..., Tensor], key: Callable[..., Tensor], mix_for: Callable
) -> None:
    net.train().set_learnable()
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    mix = mix_for(net, reference)
    stego, scales = net.conceal_at_once(secret, reference, key(2), mix)
    noisy = stego + 0.002 * torch.randn(stego.shape)
    revealed = net.reveal_at_once(noisy, reference, key(2), scales, mix)
    ((stego - reference).square().mean() + (revealed - secret).square().mean()).backward()
    idle = [
        name
        for name, p in net.named_parameters()
        if p.requires_grad and (p.grad is None or not p.grad.any())
    ]
    assert idle == []
