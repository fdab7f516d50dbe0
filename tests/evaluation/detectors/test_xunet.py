import pytest
import torch

from sshr.evaluation.detectors.xunet import KV, XuNet


@pytest.mark.parametrize(("channels", "count"), [(1, 14_906), (3, 15_306)])
def test_parameters(channels, count):
    assert sum(p.numel() for p in XuNet(channels).parameters()) == count


def test_only_what_the_filter_leaves_counts():
    assert sum(sum(row) for row in KV) == 0
    net = XuNet().eval()
    flat = torch.rand(1, 3, 1, 1).mul(255).expand(1, 3, 40, 40)
    inside = net.filter
    assert inside.shape == (3, 1, 5, 5)
    assert not inside.requires_grad
    assert net(flat).shape == (1, 2)


def test_any_size_goes_through_and_gradients_come_back():
    net = XuNet()
    for size in ((33, 47), (64, 64)):
        net(torch.rand(2, 3, *size) * 255).sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_signs_of_the_residual_do_not_matter_to_the_first_group():
    torch.manual_seed(1)
    net = XuNet().eval()
    pictures = torch.rand(2, 3, 32, 32) * 255
    assert torch.allclose(net(pictures), net(255 - pictures), atol=1e-4)
