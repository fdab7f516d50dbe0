"""The presets' architectures on photographs, fitted but not trained: what they promise in float."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.config import PRESETS
from sshr.network.mix import no_mix
from sshr.network.model import SshrNet
from sshr.network.steps import Shared

NAMES = ["lighthouse", "parrots", "red-barn", "sailboats"]
ASKED = 41.1
BOTH = pytest.mark.parametrize("name", ["base", "paper"])


@pytest.fixture(scope="module")
def crops(photo: Callable) -> Tensor:
    """Twenty-four crops (24, 3, 64, 64), for the fit."""
    places = [(name, top, left) for name in NAMES for top in (20, 180, 330) for left in (40, 300)]
    pieces = [torch.from_numpy(photo(name, 64, 64, top, left)) for name, top, left in places]
    return torch.stack(pieces).permute(0, 3, 1, 2).float() / 255


@pytest.fixture(scope="module")
def nets(fitted: Callable[..., SshrNet], crops: Tensor) -> dict[str, SshrNet]:
    return {name: fitted(config, crops) for name, config in PRESETS.items()}


@pytest.fixture(scope="module")
def pair(photo: Callable) -> tuple[Tensor, Tensor]:
    """Secrets and references (4, 3, 96, 96) with texture."""
    pieces = [torch.from_numpy(photo(name, 96, 96, 250, 200)) for name in NAMES]
    secret = torch.stack(pieces).permute(0, 3, 1, 2).float() / 255
    return secret, secret.roll(-1, 0).flip(-1)


@pytest.fixture(scope="module")
def k_sym() -> Tensor:
    return torch.randn(4, 256, generator=torch.Generator().manual_seed(5)).tanh()


def test_presets_differ_in_the_session_key_alone() -> None:
    base, paper = PRESETS["base"], PRESETS["paper"]
    assert base.exact.mixed
    assert not paper.exact.mixed
    assert base.start == paper.start == "exact"


@BOTH
def test_the_stego_alone_reveals_the_secret(
    name: str,
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    net, mix = nets[name], mix_for(nets[name], pair[1])
    # Rounding of fp32 in the loudest coefficient is what is left; see the same in fp64.
    for dtype, apart, least in ((torch.float32, 1e-4, 66), (torch.float64, 1e-11, 110)):
        own, s, r, k = copy.deepcopy(net).to(dtype), *(x.to(dtype) for x in (*pair, k_sym))
        (z, y), _ = own.body.conceal(own.transform.planes(s), Shared(r, k, mix))
        assert float((z - y).abs().max()) < apart
        stego, scales = own.conceal(s, r, k, mix)
        assert bool((decibels(own.reveal(stego, r, k, scales, mix), s) > least).all())


@BOTH
def test_the_stego_has_the_psnr_asked_for(
    name: str,
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    net, (secret, reference), mix = nets[name], pair, mix_for(nets[name], pair[1])
    assert net.config.exact.stego_psnr == ASKED
    stego, _ = net.conceal(secret, reference, k_sym, mix)
    made = stego + net.rounding_noise(reference, torch.Generator().manual_seed(1))
    assert decibels(made, reference).tolist() == pytest.approx([ASKED] * 4, abs=0.5)


@BOTH
def test_saturated_references_cost_no_more(
    name: str,
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    """Headroom changes black and white places; the payload gives way for as much."""
    net, (secret, reference), mix = nets[name], pair, mix_for(nets[name], pair[1])
    hard = ((reference - 0.45) * 1.6 + 0.5).clamp(0, 1)
    hard[:, :, :40, :40] = 1.0
    hard[:, :, 60:, 60:] = 0.0
    edges = (hard == 0) | (hard == 1)
    assert 0.2 < float(edges.float().mean()) < 0.6
    stego, _ = net.conceal(secret, hard, k_sym, mix)
    made = stego + net.rounding_noise(hard, torch.Generator().manual_seed(1))
    assert decibels(made, hard).tolist() == pytest.approx([ASKED] * 4, abs=0.5)
    outside = ((stego < 0) | (stego > 1)).float().mean()
    assert float(outside) < 0.05


@BOTH
def test_another_key_does_not_reveal(
    name: str,
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    net, (secret, reference), mix = nets[name], pair, mix_for(nets[name], pair[1])
    stego, scales = net.conceal(secret, reference, k_sym, mix)
    noisy = stego + net.rounding_noise(reference, torch.Generator().manual_seed(1))
    right = decibels(net.reveal(noisy, reference, k_sym, scales, mix), secret)
    wrong = decibels(net.reveal(noisy, reference, k_sym.roll(1, 0), scales, mix), secret)
    assert bool((right > 38).all())
    assert bool((wrong < right - 12).all())


def test_without_the_session_key_base_shows_noise(
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    net, (secret, reference) = nets["base"], pair
    stego, scales = net.conceal(secret, reference, k_sym, mix_for(net, reference))
    grey = decibels(secret.mean((2, 3), keepdim=True).expand_as(secret), secret)
    unmixed = no_mix(reference[0].numel(), reference.device)
    for mix in (mix_for(net, reference, seed=2), unmixed):
        found = net.reveal(stego, reference, k_sym, scales, mix)
        assert bool((decibels(found, secret) < grey).all())
        both = torch.stack([found.flatten(), secret.flatten()])
        assert abs(float(torch.corrcoef(both)[0, 1])) < 0.3


def test_the_payload_of_base_has_one_power_whatever_the_secret(
    nets: dict[str, SshrNet],
    pair: tuple[Tensor, Tensor],
    k_sym: Tensor,
    mix_for: Callable,
) -> None:
    """Ring by ring, for whoever holds the reference: in float, rounding apart."""
    net, (secret, reference) = nets["base"], pair
    reference = reference[:1].expand(6, -1, -1, -1)
    flat = torch.full_like(secret[:1], 0.7)
    secrets = torch.cat([secret, flat, 0 * flat])
    stego, _ = net.conceal(secrets, reference, k_sym[:1], mix_for(net, reference))
    row = net.body.payload_seen(stego, reference)
    parts = row.split(net.group_sizes((96, 96)), dim=1)
    powers = torch.stack([part.double().square().mean(1) for part in parts if part.shape[1]])
    assert len(powers) > 10
    spread = 10 * (powers.amax(1) / powers.amin(1)).log10()
    assert float(spread.max()) < 0.01
