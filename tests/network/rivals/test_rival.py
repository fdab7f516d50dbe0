"""What training adds to a stego before a rival reveals it."""

import torch
from torch import Tensor

from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet


class Half(RivalNet):
    """The stego is the mean of both; the receiver sees the stego itself."""

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        return (secret + cover) / 2

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        return stego


def passed(net: RivalNet, seed: int) -> tuple[Tensor, Tensor]:
    one, other = torch.full((2, 1, 3, 32, 32), 0.25).unbind()
    draw = torch.Generator().manual_seed(seed)
    return net.exchange((one, other + 0.5), torch.zeros(1, 0), draw, lambda made, c: made - c / 8)


def test_the_channel_stands_between_sender_and_receiver() -> None:
    stego, revealed = passed(Half(RivalConfig()), 1)
    assert torch.allclose(stego, torch.full_like(stego, 0.5 - 0.75 / 8))
    assert torch.equal(stego, revealed)


def test_noise_is_for_the_receiver_alone_and_repeats_with_its_seed() -> None:
    net = Half(RivalConfig())
    net.noise = 0.1
    stego, revealed = passed(net, 1)
    assert torch.allclose(stego, torch.full_like(stego, 0.5 - 0.75 / 8))
    # 3,072 samples: the deviation is within 30 % of 0.1 but once in more than 1e100 seeds.
    assert 0.07 < float((revealed - stego).std()) < 0.13
    assert torch.equal(revealed, passed(net, 1)[1])
    assert not torch.equal(revealed, passed(net, 2)[1])
