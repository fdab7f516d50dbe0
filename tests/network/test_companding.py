"""H: undone whatever its networks say, the identity before training, from coarse to fine."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sshr.network.bank import BlockBank
from sshr.network.companding import Companding, octaves

DOUBLE = torch.float64
BLOCKS = pytest.mark.parametrize("block", [4, 8, 16])
EITHER = pytest.mark.parametrize("rbf", [False, True])


@pytest.fixture
def make(open_gates: Callable[[nn.Module, float], None]) -> Callable[..., Companding]:
    def made(block: int, rbf: bool = False, limit: float = 1.2) -> Companding:
        companding = Companding(block, 8, limit, rbf)
        open_gates(companding, 0.3)
        return companding.double().requires_grad_(False)

    return made


@pytest.fixture
def tokens(pictures: Callable[..., Tensor]) -> Callable[[int], Tensor]:
    return lambda block: BlockBank(block).split(pictures(2).double() - 0.45)


def of_colour(channels: Tensor, block: int) -> list[tuple[int, int, int]]:
    """(colour, row, column) of each channel."""
    return [
        (int(c) // block**2, int(c) % block**2 // block, int(c) % block) for c in channels.tolist()
    ]


@BLOCKS
def test_octaves_are_means_then_luma_and_chroma_by_frequency(block: int) -> None:
    groups = octaves(block)
    assert sorted(torch.cat(groups).tolist()) == list(range(3 * block**2))
    assert of_colour(groups[0], block) == [(0, 0, 0), (1, 0, 0), (2, 0, 0)]
    assert len(groups) == 1 + 2 * int(torch.log2(torch.tensor(block)))
    for number, group in enumerate(groups[1:]):
        octave, chroma = number // 2, number % 2 == 1
        places = of_colour(group, block)
        assert {colour for colour, _, _ in places} == ({1, 2} if chroma else {0})
        assert all(2**octave <= max(row, column) < 2 ** (octave + 1) for _, row, column in places)


@EITHER
@BLOCKS
def test_the_inverse_is_exact_for_any_weights(
    block: int,
    rbf: bool,
    make: Callable[..., Companding],
    tokens: Callable[[int], Tensor],
) -> None:
    companding, x = make(block, rbf), tokens(block)
    sent = companding(x)
    change = float((sent - x).norm() / x.norm())
    assert change > 0.01
    assert float((companding.inverse(sent) - x).abs().max()) < 1e-10
    assert float((companding(companding.inverse(x)) - x).abs().max()) < 1e-10
    single, y = companding.float(), x.float()
    assert float((single.inverse(single(y)) - y).abs().max()) < 1e-4


@EITHER
def test_closed_it_is_the_identity(
    rbf: bool, make: Callable[..., Companding], tokens: Callable[[int], Tensor]
) -> None:
    x = tokens(8).float()
    fresh = Companding(8, 8, 1.2, rbf)
    assert torch.allclose(fresh(x), x, atol=1e-6)
    assert torch.allclose(fresh.inverse(x), x, atol=1e-6)
    used = make(8)
    used.close()
    assert torch.equal(used(x.double()), x.double())
    assert torch.equal(used.inverse(x.double()), x.double())


def test_influence_functions_start_as_the_identity(tokens: Callable[[int], Tensor]) -> None:
    """With the same networks, 63 Gaussians change nothing before they are trained."""
    plain = Companding(8, 8, 1.2, rbf=False)
    with_rbf = Companding(8, 8, 1.2, rbf=True)
    for p in (p for name, p in plain.named_parameters() if ".narrow." in name):
        nn.init.normal_(p, std=0.1)
    held = with_rbf.load_state_dict(plain.state_dict(), strict=False)
    assert held.unexpected_keys == []
    assert {name.split(".")[0] for name in held.missing_keys} == {"influences"}
    x = tokens(8).float()
    with torch.no_grad():
        expected, found = plain(x), with_rbf(x)
    assert float((expected - x).norm() / x.norm()) > 0.005
    assert float((found - expected).norm()) < 0.01 * float((expected - x).norm())


@EITHER
def test_a_coefficient_is_scaled_by_coarser_ones_alone(
    rbf: bool, make: Callable[..., Companding], tokens: Callable[[int], Tensor]
) -> None:
    companding, x = make(8, rbf), tokens(8)[:1]
    groups, before = octaves(8), companding(x)
    for number, group in enumerate(groups):
        changed = x.clone()
        changed[:, group] *= 1.5
        after = companding(changed)
        for other, channels in enumerate(groups):
            moved = (after - before)[:, channels]
            if other < number:
                assert not moved.any()
            elif other > number:
                assert float(moved.abs().max()) > 1e-6
            else:  # a factor made of others: the group answers in proportion
                assert torch.allclose(after[:, channels], 1.5 * before[:, channels], atol=1e-12)


def test_no_factor_is_beyond_the_limit(
    make: Callable[..., Companding], tokens: Callable[[int], Tensor]
) -> None:
    companding, x = make(8, limit=0.5), 100 * tokens(8)
    factor = (companding(x) / x).log()
    assert not factor[:, octaves(8)[0]].any()
    assert float(factor.abs().max()) <= 0.5 + 1e-9
    assert float(factor.abs().max()) > 0.4
    # A token's factors follow from it and its neighbours alone.
    far = x.clone()
    far[..., 0, 0] *= -3
    assert torch.equal(companding(far)[..., -1, -1], companding(x)[..., -1, -1])


def test_usual_sizes_are_those_of_the_pictures(tokens: Callable[[int], Tensor]) -> None:
    companding, x = Companding(8, 8, 1.2, rbf=False), tokens(8)
    x[:, 5] = 0
    companding.measure(x)
    expected = x.square().mean((0, 2, 3)).sqrt()
    assert float(companding.size[5]) == pytest.approx(0.1 / 255)  # never zero
    expected[5] = companding.size[5]
    assert torch.allclose(companding.size, expected.float(), rtol=1e-5)


def test_every_network_gets_a_gradient(tokens: Callable[[int], Tensor]) -> None:
    companding, x = Companding(8, 8, 1.2, rbf=True), tokens(8).float()
    companding.inverse(1.1 * companding(x)).square().sum().backward()
    for name, p in companding.named_parameters():
        # The last layers come first, and what lies before them once those have moved.
        if ".narrow." in name:
            assert p.grad is not None
            assert float(p.grad.abs().max()) > 0
