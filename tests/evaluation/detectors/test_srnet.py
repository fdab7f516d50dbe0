import pytest
import torch

from sshr.evaluation.detectors.srnet import Plain, Pooled, SrNet


@pytest.mark.parametrize(("channels", "count"), [(1, 4_776_962), (3, 4_778_114)])
def test_parameters(channels, count):
    assert sum(p.numel() for p in SrNet(channels).parameters()) == count


def test_shapes_and_gradients():
    net = SrNet()
    found = net(torch.rand(2, 3, 32, 48) * 255)
    assert found.shape == (2, 2)
    found.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_blocks():
    x = torch.rand(2, 16, 20, 24)
    assert Plain(16)(x).shape == x.shape
    assert Pooled(16, 64)(x).shape == (2, 64, 10, 12)
    still = Plain(16)
    torch.nn.init.zeros_(still.second[1].weight)
    assert torch.equal(still(x), x)


def test_at_the_start_it_sees_no_brightness():
    net = SrNet().eval()
    flat = torch.full((1, 3, 32, 32), 7.0)
    assert float(net.first[0](flat)[..., 1:-1, 1:-1].abs().max().detach()) < 1e-4
