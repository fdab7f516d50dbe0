"""Groups at power one, whatever the secret, and back to its tokens."""

import pytest
import torch
from torch import Tensor

from sshr.network.bank import BlockBank
from sshr.network.mix import random_mix
from sshr.network.sizes import ring_sizes, token_counts
from sshr.network.spread import Groups, Spread

DOUBLE = torch.float64
RINGS = 6
WHOLE, WITH_RIM = (64, 48), (77, 63)


def groups_for(size: tuple[int, int], empty: int | None = None) -> Groups:
    """Kernels of 8x8 blocks dealt out to rings at random; ring `empty` gets none."""
    generator = torch.Generator().manual_seed(9)
    rings = torch.randint(0, RINGS, (192,), generator=generator)
    if empty is not None:
        rings[rings == empty] = (empty + 1) % RINGS
    shares = torch.bincount(rings, minlength=RINGS).tolist()
    order = torch.argsort(rings, stable=True)
    return Groups(order, token_counts(size, shares), ring_sizes(size, shares), (8, 6))


def spread_of(tokens: Tensor, groups: Groups, seed: int = 1) -> Spread:
    generator = torch.Generator().manual_seed(seed)
    mix = random_mix(groups.sizes, generator, torch.device("cpu"))
    return Spread.of_secret(tokens, groups, mix)


def powers(row: Tensor, groups: Groups) -> Tensor:
    """Mean square of each group that is not empty, (B, groups)."""
    parts = row.split(list(groups.sizes), dim=1)
    return torch.stack([part.square().mean(1) for part in parts if part.shape[1]], dim=1)


def secrets() -> dict[str, Tensor]:
    torch.manual_seed(0)
    bank, texture = BlockBank(8), torch.randn(2, 3, 64, 48, dtype=DOUBLE)
    flat = torch.full((2, 3, 64, 48), 0.3, dtype=DOUBLE)
    spike = torch.zeros(2, 3, 64, 48, dtype=DOUBLE)
    spike[:, 1, 20, 30] = 1.0
    pictures = {
        "texture": 0.1 * texture,
        "flat": flat,
        "black": 0 * flat,
        "spike": spike,
        "faint": 1e-5 * texture,
    }
    return {name: bank.split(picture) for name, picture in pictures.items()}


@pytest.mark.parametrize("size", [WHOLE, WITH_RIM])
@pytest.mark.parametrize("name", ["texture", "flat", "black", "spike", "faint"])
def test_every_group_has_power_one_exactly(name: str, size: tuple[int, int]) -> None:
    tokens, groups = secrets()[name], groups_for(size)
    spread = spread_of(tokens, groups)
    row = spread.forward(tokens)
    assert row.shape == (2, 3 * size[0] * size[1])
    assert spread.scales.shape == (2, RINGS)
    assert bool((spread.scales > 0).all())
    assert float((powers(row, groups) - 1).abs().max()) < 1e-10
    single = spread_of(tokens.float(), groups).forward(tokens.float())
    assert float((powers(single.double(), groups) - 1).abs().max()) < 1e-5


@pytest.mark.parametrize("size", [WHOLE, WITH_RIM])
@pytest.mark.parametrize("name", ["texture", "spike", "flat", "faint"])
def test_the_inverse_returns_the_tokens(name: str, size: tuple[int, int]) -> None:
    tokens, groups = secrets()[name], groups_for(size)
    made = spread_of(tokens, groups)
    # The receiver has the mix and the scales, not the filling.
    back = Spread(groups, made.mix, made.scales).inverse(made.forward(tokens))
    assert back.shape == tokens.shape
    # Noise in place of missing power is at a tenth of a level at most.
    assert float((back - tokens).square().mean().sqrt()) < 0.11 / 255
    if name == "texture":
        assert float((back - tokens).abs().max()) < 1e-6


def test_only_what_is_missing_is_filled() -> None:
    tokens, groups = secrets()["texture"], groups_for(WITH_RIM)
    made = spread_of(tokens, groups)
    assert made.filling is not None
    within, beyond = [], []
    for part, count in zip(
        made.filling.split(list(groups.sizes), dim=1), groups.counts, strict=True
    ):
        within.append(part[:, :count])
        beyond.append(part[:, count:])
    assert float(torch.cat(within, dim=1).abs().max()) < 1e-6
    assert float(torch.cat(beyond, dim=1).square().mean()) == pytest.approx(1, abs=0.3)


def test_groups_split_and_join() -> None:
    tokens, groups = secrets()["texture"], groups_for(WITH_RIM)
    parts = groups.split(tokens)
    assert [part.shape[1] for part in parts] == list(groups.counts)
    assert torch.equal(groups.join(parts), tokens)
    start = 0
    for part, count in zip(parts, groups.counts, strict=True):
        channels = groups.order[start : start + count // 48]
        assert torch.equal(part, tokens[:, channels].flatten(1))
        start += count // 48
    assert start == 192


def test_a_ring_without_kernels_has_nothing_to_send() -> None:
    tokens, groups = secrets()["texture"], groups_for(WITH_RIM, empty=2)
    assert groups.sizes[2] == 0
    made = spread_of(tokens, groups)
    assert made.scales[:, 2].tolist() == [1, 1]
    row = made.forward(tokens)
    assert float((powers(row, groups) - 1).abs().max()) < 1e-10
    back = Spread(groups, made.mix, made.scales).inverse(row)
    assert float((back - tokens).abs().max()) < 1e-6


def test_scales_say_how_loud_a_group_was_sent() -> None:
    tokens, groups = secrets()["texture"], groups_for(WHOLE)
    one, louder = spread_of(tokens, groups), spread_of(3 * tokens, groups)
    assert torch.allclose(louder.scales * 3, one.scales, rtol=1e-9)
    assert torch.allclose(louder.forward(3 * tokens), one.forward(tokens), atol=1e-6)


def test_gradients_reach_the_tokens() -> None:
    tokens = secrets()["spike"].requires_grad_()
    groups = groups_for(WITH_RIM)
    made = spread_of(tokens, groups)
    row = made.forward(tokens)
    (gradient,) = torch.autograd.grad((row * torch.randn(row.shape, dtype=DOUBLE)).sum(), tokens)
    assert bool(torch.isfinite(gradient).all())
    assert float(gradient.abs().max()) > 0
