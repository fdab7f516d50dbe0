"""Re-parameterised kernels: branches equal their merged form; correlation and its adjoint."""

import pytest
import torch
from torch.nn import functional as F

from sshr.network.reparam import (
    ConditionalKernel,
    PlainKernel,
    RepConv,
    RepKernel,
    correlate,
    correlate_adjoint,
)


@torch.no_grad()
def shaken(module: torch.nn.Module) -> None:
    for parameter in module.parameters():
        parameter.add_(0.3 * torch.randn(parameter.shape))


@pytest.mark.parametrize(("channels", "filters", "groups"), [(6, 6, 6), (3, 12, 3), (4, 10, 1)])
def test_the_merged_kernel_does_what_the_branches_do(
    channels: int, filters: int, groups: int
) -> None:
    kernel, x = RepKernel(channels, filters, groups), torch.randn(2, channels, 14, 18)
    shaken(kernel)
    apart = F.conv2d(x, kernel.k5, padding=2, groups=groups)
    apart = apart + F.conv2d(x, kernel.k3, padding=1, groups=groups)
    apart = apart + F.conv2d(x, kernel.k1, groups=groups)
    # The identity branch passes one input channel on to each filter.
    per_group = channels // groups
    sources = [
        (i * groups // filters) * per_group + i % per_group if groups > 1 else i % channels
        for i in range(filters)
    ]
    apart = apart + kernel.identity[:, None, None] * x[:, sources]
    merged = F.conv2d(x, kernel(), padding=2, groups=groups)
    assert torch.allclose(merged, apart, atol=1e-5)


@pytest.mark.parametrize(("channels", "filters", "groups"), [(6, 6, 6), (3, 12, 3), (4, 10, 1)])
def test_fusing_a_kernel_keeps_it(channels: int, filters: int, groups: int) -> None:
    kernel = RepKernel(channels, filters, groups)
    shaken(kernel)
    before = kernel().detach().clone()
    for _ in range(2):  # the second time changes nothing
        kernel.fuse()
        assert torch.equal(kernel(), before)
    assert kernel.fused
    # What a checkpoint keeps of it gives the same kernel in an unfused network.
    fresh = RepKernel(channels, filters, groups)
    fresh.load_state_dict(kernel.state_dict())
    assert torch.equal(fresh(), before)


@pytest.mark.parametrize("kernel", [RepKernel, PlainKernel])
def test_a_convolution_starts_close_to_the_identity(kernel: type) -> None:
    torch.manual_seed(1)
    convolution = RepConv(6, kernel)
    torch.manual_seed(1)
    rest = kernel(6, 6, 6)()
    one = torch.zeros(6, 1, 5, 5)
    one[:, :, 2, 2] = 1.0
    assert torch.allclose(convolution.kernel() - rest, one, atol=1e-6)


def test_a_plain_kernel_has_no_branches() -> None:
    kernel = PlainKernel(4, 10, 1)
    assert [name for name, _ in kernel.named_parameters()] == ["k5"]
    assert kernel.shapes == [torch.Size([10, 4, 5, 5])]
    conditional = ConditionalKernel(12, 24, 12, key_dim=8, hidden=6, kernel=PlainKernel)
    keys = torch.randn(3, 8)
    expected = conditional.base.k5 + conditional.hyper(keys).view(3, 24, 1, 5, 5)
    assert torch.allclose(conditional(keys), expected, atol=1e-7)


def test_fusing_keeps_the_output_of_a_convolution() -> None:
    convolution, x = RepConv(8), torch.randn(2, 8, 20, 12)
    shaken(convolution)
    before = convolution(x)
    assert before.shape == x.shape
    convolution.kernel.fuse()
    assert float((convolution(x) - before).detach().abs().max()) < 1e-5
    convolution.kernel.fuse()
    assert float((convolution(x) - before).detach().abs().max()) < 1e-5


@pytest.mark.parametrize("groups", [1, 12])
def test_fusing_the_base_keeps_a_conditional_kernel(groups: int) -> None:
    kernel, keys = ConditionalKernel(12, 24, groups, key_dim=8, hidden=6), torch.randn(3, 8)
    shaken(kernel)
    before = kernel(keys)
    assert before.shape == (3, 24, 12 // groups, 5, 5)
    for _ in range(2):
        kernel.base.fuse()
        assert float((kernel(keys) - before).detach().abs().max()) < 1e-5


def test_a_conditional_kernel_depends_on_the_key_alone() -> None:
    kernel, keys = ConditionalKernel(12, 12, 12, key_dim=8, hidden=6), torch.randn(2, 8)
    first, second = kernel(keys)
    assert float((first - second).detach().abs().max()) > 1e-4
    assert torch.allclose(kernel(keys[1:])[0], second, atol=1e-7)
    linear1, silu, linear2 = kernel.hyper  # W_re-c = Linear(SiLU(Linear(k_sym)))
    assert isinstance(silu, torch.nn.SiLU)
    k5, k3, k1 = linear2(silu(linear1(keys))).split([300, 108, 12], dim=1)
    expected = kernel.base() + k5.view(2, 12, 1, 5, 5)
    expected[..., 1:4, 1:4] += k3.view(2, 12, 1, 3, 3)
    expected[..., 2, 2] += k1.view(2, 12, 1)
    assert torch.allclose(kernel(keys), expected, atol=1e-6)


@pytest.mark.parametrize("groups", [1, 6])
@pytest.mark.parametrize("keys", [1, 2])
def test_the_rotated_kernel_is_the_adjoint(groups: int, keys: int) -> None:
    kernels = torch.randn(keys, 12, 6 // groups, 5, 5, dtype=torch.float64)
    u = torch.randn(2, 6, 11, 17, dtype=torch.float64)
    v = torch.randn(2, 12, 11, 17, dtype=torch.float64)
    left = (correlate(u, kernels, groups) * v).sum()
    right = (u * correlate_adjoint(v, kernels, groups)).sum()
    assert abs(float(left - right)) < 1e-11 * float(u.norm() * v.norm())
    turned_only = correlate_adjoint(v, kernels.flip((-2, -1)), groups)  # not the adjoint
    assert abs(float(left - (u * turned_only).sum())) > 1e-3


@pytest.mark.parametrize("groups", [1, 6])
def test_kernels_of_each_sample_are_applied_one_by_one(groups: int) -> None:
    kernels, u = torch.randn(3, 12, 6 // groups, 5, 5), torch.randn(3, 6, 9, 13)
    v = torch.randn(3, 12, 9, 13)
    together, back = correlate(u, kernels, groups), correlate_adjoint(v, kernels, groups)
    for i in range(3):
        one = slice(i, i + 1)
        assert torch.allclose(together[one], correlate(u[one], kernels[one], groups), atol=1e-5)
        assert torch.allclose(back[one], correlate_adjoint(v[one], kernels[one], groups), atol=1e-5)


def test_filters_must_divide_among_groups() -> None:
    with pytest.raises(ValueError, match="50 filters"):
        RepKernel(12, 50, 12)
