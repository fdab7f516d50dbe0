import pytest
import torch

from sshr.network.rivals.unet import UNet, revealer


@pytest.mark.parametrize(
    ("inputs", "widths", "count"),
    [
        (6, (64, 128, 256, 512, 512, 512, 512), 41_832_067),
        (3, (64, 128, 256, 512, 512), 16_659_075),
        (6, (64, 128, 256, 512, 512), 16_662_147),
    ],
)
def test_the_net_has_the_published_size(inputs: int, widths: tuple[int, ...], count: int) -> None:
    assert sum(p.numel() for p in UNet(inputs, widths).parameters()) == count


def test_size_is_kept_and_every_level_reaches_the_output() -> None:
    torch.manual_seed(0)
    net = UNet(3, (4, 8, 8))
    found = net(torch.rand(2, 3, 16, 24))
    assert found.shape == (2, 3, 16, 24)
    gradients = torch.autograd.grad(found.square().sum(), list(net.parameters()))
    assert all(bool(gradient.any()) for gradient in gradients)


def test_the_revealer_has_the_published_size_and_stays_within_0_and_1() -> None:
    net = revealer()
    assert sum(p.numel() for p in net.parameters()) == 742_659
    found = net(10 * torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)))
    assert found.shape == (1, 3, 8, 8)
    assert 0 <= found.min() <= found.max() <= 1
