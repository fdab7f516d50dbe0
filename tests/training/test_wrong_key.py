"""Training against wrong symmetric keys."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.paper import PaperNet
from sshr.training.losses import decibel
from sshr.training.passing import pass_pair, reveal_with_key
from sshr.training.wrong_key import KINDS, wrong_key_loss, wrong_keys


def test_wrong_keys_are_what_they_say() -> None:
    k_sym, k_pub = torch.randn(3, 16), torch.randn(3, 16)
    keys = wrong_keys(k_sym, k_pub, 5)
    assert tuple(keys) == KINDS
    assert all(key.shape == k_sym.shape for key in keys.values())
    assert torch.allclose(keys["constant"], k_sym.abs().mean())
    assert torch.equal(keys["public"], k_pub)
    assert torch.equal(keys["other"], k_sym[[2, 0, 1]])
    many = wrong_keys(3 + 2 * torch.randn(1, 4096), torch.zeros(1, 4096), 5)
    assert float(many["gaussian"].mean()) == pytest.approx(3, abs=0.2)
    assert float(many["gaussian"].std()) == pytest.approx(2, abs=0.2)
    assert "other" not in many


def test_reveal_with_the_right_key_is_the_reveal(
    paper_net: PaperNet, crops_of: Callable[..., Tensor]
) -> None:
    secret, reference = crops_of(4).chunk(2)
    key = torch.randn(2, 16)
    stego, revealed = pass_pair(paper_net, secret, reference, key, 0, "png")
    assert torch.equal(reveal_with_key(paper_net, stego, reference, key), revealed)


def test_pairs_pass_as_sender_and_receiver_see_them(
    base_net: BaseNet, crops_of: Callable[..., Tensor]
) -> None:
    secret, reference = crops_of(4).chunk(2)
    key = torch.zeros(2, 16)
    stego, revealed = pass_pair(base_net, secret, reference, key, 3, "png")
    assert torch.allclose(stego * 255, (stego * 255).round(), atol=1e-4)
    again, _ = pass_pair(base_net, secret, reference, key, 3, "png")
    other, _ = pass_pair(base_net, secret, reference, key, 4, "png")
    assert torch.equal(stego, again)
    assert not torch.equal(stego, other)
    assert float(decibel(revealed, secret).detach().max()) < -20
    with pytest.raises(ValueError, match="unknown channel"):
        pass_pair(base_net, secret, reference, key, 3, "jpeg")


def test_the_term_lowers_what_wrong_keys_reveal(
    paper_net: PaperNet, crops_of: Callable[..., Tensor]
) -> None:
    with torch.no_grad():
        for parameter in paper_net.parameters():  # at the start no key changes anything
            if parameter.requires_grad:
                parameter += 0.02 * torch.randn_like(parameter)
    secret, reference = crops_of(4).chunk(2)
    k_sym = torch.randn(2, 16, generator=torch.Generator().manual_seed(1))
    wrong = wrong_keys(k_sym, k_sym.flip(1), 1)["gaussian"]

    def wrong_psnr() -> float:
        with torch.no_grad():
            stego, _ = pass_pair(paper_net, secret, reference, k_sym, 0, "float")
            return -float(
                decibel(reveal_with_key(paper_net, stego, reference, wrong), secret).mean()
            )

    before = wrong_psnr()
    ceiling = before - 3
    learned = [p for p in paper_net.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(learned, lr=1e-2)
    for _ in range(15):
        stego, _ = pass_pair(paper_net, secret, reference, k_sym, 0, "float")
        loss = wrong_key_loss(paper_net, (secret, reference), stego, wrong, ceiling)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert wrong_psnr() < before - 1
    low = wrong_key_loss(paper_net, (secret, reference), stego.detach(), wrong, 90.0)
    assert float(low.detach()) == 0
