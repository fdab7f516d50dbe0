"""Influence functions against the direct sum of 63 Gaussians and against finite differences."""

import pytest
import torch
from torch import Tensor

from sshr.network import grbf
from sshr.network.grbf import COUNT, GaussianRBF, gaussian_basis

RADII = [1.25, 12.0]


def direct(x: Tensor, weights: Tensor, radius: float) -> Tensor:
    """sum_j w_ij exp(-((x - mu_j) / width)^2 / 2), written out; x (B, C, H, W)."""
    width = 2 * radius / 62
    phi = torch.zeros_like(x)
    for j in range(63):
        centre = -radius + j * width
        phi = phi + weights[:, j, None, None] * torch.exp(-(((x - centre) / width) ** 2) / 2)
    return phi


def make(channels: int, radius: float, dtype: torch.dtype = torch.float64) -> GaussianRBF:
    phi = GaussianRBF(channels, radius).to(dtype)
    with torch.no_grad():
        phi.weights.normal_()
    return phi


def inside(shape: tuple[int, ...], radius: float, dtype: torch.dtype = torch.float64) -> Tensor:
    return (torch.rand(shape, dtype=dtype) * 2 - 1) * radius


def test_there_are_63_gaussians_whose_width_is_their_spacing() -> None:
    values, slopes = gaussian_basis(torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64), 1.0)
    assert COUNT == 63
    assert values.shape == slopes.shape == (3, 63)
    assert values[0, 0] == values[1, 31] == values[2, 62] == 1
    assert torch.allclose(values[1, 32], torch.tensor(-0.5, dtype=torch.float64).exp())
    points = torch.linspace(-1, 1, 7, dtype=torch.float64, requires_grad=True)
    value, slope = gaussian_basis(points, 1.0)
    for j in range(63):
        (expected,) = torch.autograd.grad(value[:, j].sum(), points, retain_graph=True)
        assert torch.allclose(slope[:, j], expected, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("radius", RADII)
def test_values_are_the_direct_sum(radius: float, dtype: torch.dtype) -> None:
    phi, x = make(5, radius, dtype), inside((2, 5, 40, 24), radius, dtype)
    error = phi(x) - direct(x, phi.weights, radius)
    # Linear interpolation at 1/32 of the spacing.
    assert float(error.detach().abs().max()) < 5e-4 * float(phi.weights.detach().abs().max())


@pytest.mark.parametrize("radius", RADII)
def test_gradients_are_those_of_the_direct_sum(radius: float) -> None:
    phi, x = make(3, radius), inside((2, 3, 40, 24), radius).requires_grad_()
    upstream = torch.randn(x.shape, dtype=torch.float64)
    to_x, to_weights = torch.autograd.grad(phi(x), (x, phi.weights), upstream)
    exact_x, exact_weights = torch.autograd.grad(
        direct(x, phi.weights, radius), (x, phi.weights), upstream
    )
    scale = float(phi.weights.detach().abs().max()) / (2 * radius / 62)
    assert float(((to_x - exact_x) / upstream).abs().max()) < 1e-3 * scale
    assert float((to_weights - exact_weights).norm() / exact_weights.norm()) < 1e-3


@pytest.mark.parametrize("radius", RADII)
def test_gradients_agree_with_finite_differences(radius: float) -> None:
    phi = make(2, radius)
    x = inside((1, 2, 16, 16), 1.5 * radius).requires_grad_()  # a third lies outside
    spacing = 2 * radius / 62
    (to_x,) = torch.autograd.grad(phi(x).sum(), x)
    step = spacing / 32
    with torch.no_grad():
        slope = (phi(x + step) - phi(x - step)) / (2 * step)
    assert (
        float((to_x - slope).abs().max()) < 5e-3 * float(phi.weights.detach().abs().max()) / spacing
    )

    upstream = torch.randn(x.shape, dtype=torch.float64)
    (to_weights,) = torch.autograd.grad((phi(x) * upstream).sum(), phi.weights)
    direction = torch.randn(phi.weights.shape, dtype=torch.float64)
    with torch.no_grad():
        before = (phi(x) * upstream).sum()
        phi.weights.add_(direction)
        after = (phi(x) * upstream).sum()
    # phi is linear in the weights, so one step of any length is exact.
    expected, found = float(after - before), float((to_weights * direction).sum())
    assert found == pytest.approx(expected, rel=2e-3, abs=1e-3 * float(upstream.norm()))


@pytest.mark.parametrize("radius", RADII)
def test_linear_and_continuous_outside_the_range(radius: float) -> None:
    phi = make(4, radius)
    w = phi.weights.detach()
    width = 2 * radius / 62
    for sign in (-1, 1):
        edge = torch.full((1, 4, 1, 1), sign * radius, dtype=torch.float64)
        edge.requires_grad_()
        value = direct(edge, w, radius)
        (slope,) = torch.autograd.grad(value.sum(), edge)
        beyond = torch.tensor([1e-6, 0.5, 3.0, 100.0], dtype=torch.float64) * radius
        x = (sign * (radius + beyond)).expand(1, 4, 1, 4).clone().requires_grad_()
        phi_x = phi(x)
        expected = (value + slope * sign * beyond).detach()
        tolerance = 2e-3 * float(w.abs().max())
        assert float((phi_x.detach() - expected).abs().max()) < tolerance
        (found,) = torch.autograd.grad(phi_x.sum(), x)
        assert float((found - slope).abs().max()) < tolerance / width
        (to_w,) = torch.autograd.grad(phi(x).sum(), phi.weights)
        basis, tilt = gaussian_basis(torch.tensor([sign * radius], dtype=torch.float64), radius)
        wanted = 4 * basis + sign * beyond.sum() * tilt
        assert torch.allclose(to_w, wanted.expand_as(to_w), rtol=1e-3, atol=1e-2)


def test_chunks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    phi = make(6, 2.0)
    # Channels-last memory, plain memory, and some elements outside.
    plain = inside((2, 6, 20, 22), 2.4)
    for x in (plain, plain.contiguous(memory_format=torch.channels_last)):
        results = []
        for chunk in (40, 6 * 100, 6 * 880, 1 << 30):
            monkeypatch.setattr(grbf, "_CHUNK", chunk)
            x.requires_grad_()
            value = phi(x)
            results.append((value, *torch.autograd.grad(value.square().sum(), (x, phi.weights))))
        for result in results[1:]:
            assert torch.equal(result[0], results[0][0])
            assert torch.equal(result[1], results[0][1])
            assert torch.allclose(result[2], results[0][2], rtol=1e-10, atol=1e-9)


def test_more_elements_than_one_chunk() -> None:
    phi, x = make(3, 1.25), inside((2, 3, 160, 150), 1.25)
    assert x.numel() > 2 * grbf._CHUNK
    some = (..., slice(None, None, 7), slice(None, None, 11))
    error = (phi(x)[some] - direct(x[some], phi.weights, 1.25)).detach().abs()
    assert float(error.max()) < 5e-4 * float(phi.weights.detach().abs().max())


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_any_memory_layout(batch: int, layout: torch.memory_format) -> None:
    phi, x = make(3, 1.25), inside((batch, 3, 6, 7), 1.25)
    expected = phi(x).detach()
    x = x.contiguous(memory_format=layout).requires_grad_()
    result = phi(x)
    assert torch.equal(result.detach(), expected)
    for upstream in (torch.ones((), dtype=x.dtype).expand(x.shape), torch.ones_like(x)):
        to_x, to_weights = torch.autograd.grad(
            result, (x, phi.weights), upstream, retain_graph=True
        )
        assert to_x.shape == x.shape
        total = gaussian_basis(x.detach().transpose(0, 1).reshape(-1), 1.25)[0]
        assert torch.allclose(to_weights, total.view(3, -1, 63).sum(1), rtol=1e-3, atol=1e-3)


def test_one_channel() -> None:
    phi, x = make(1, 1.25), inside((1, 1, 8, 8), 1.25).requires_grad_()
    (to_weights,) = torch.autograd.grad(phi(x).sum(), phi.weights)
    basis = gaussian_basis(x.detach().flatten(), 1.25)[0].sum(0)
    assert torch.allclose(to_weights[0], basis, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("slope", [0.0, 0.01, 1.0])
def test_start_is_a_straight_line(slope: float) -> None:
    phi = GaussianRBF(2, 1.25, slope)
    x = inside((1, 2, 16, 16), 1.0, torch.float32)
    assert torch.allclose(phi(x), slope * x, atol=1e-3 * slope)


def test_not_a_number_stays_where_it_is() -> None:
    phi, x = make(3, 1.25, torch.float32), inside((1, 3, 8, 8), 1.25, torch.float32)
    clean = phi(x)
    x[0, 1, 2, 3] = float("nan")
    x.requires_grad_()
    result = phi(x)
    result.sum().backward()
    assert torch.equal(result.isnan(), x.isnan())
    kept = ~x.isnan()
    assert torch.equal(result[kept], clean[kept])


def test_a_table_first_made_under_inference_can_be_trained_through() -> None:
    phi, x = make(2, 3.21), inside((1, 2, 4, 4), 3.21)
    with torch.inference_mode():
        phi(x)
    phi(x).sum().backward()
    assert phi.weights.grad is not None
    assert float(phi.weights.grad.abs().max()) > 0
