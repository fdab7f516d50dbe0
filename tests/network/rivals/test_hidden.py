"""HiDDeN for whole pictures: its parts' sizes, and who learns from which part of the loss."""

import torch
from torch.nn import functional as F

from sshr.network.rivals.config import RIVALS
from sshr.network.rivals.hidden import ADVERSARIAL, Critic, Hidden


def sizes(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_parts_have_the_published_sizes() -> None:
    net = Hidden(RIVALS["hidden"])
    assert sizes(net.encoder) + sizes(net.merge) == 319_299
    assert sizes(net.decoder) == 263_043
    assert sizes(net.critic) == 76_097


def test_the_critic_learns_to_tell_and_the_encoder_to_fool_it() -> None:
    torch.manual_seed(0)
    net = Hidden(RIVALS["hidden"])
    cover, secret = torch.rand(2, 2, 3, 16, 16).unbind()
    stego = torch.rand(2, 3, 16, 16, requires_grad=True)
    loss = net.own_loss((secret, cover), (stego, secret))
    (at_stego,) = torch.autograd.grad(loss, stego, retain_graph=True)
    at_critic = torch.autograd.grad(loss, list(net.critic.parameters()))
    # What the stego learns is fidelity and, a thousandth of it, what the critic thinks of it.
    frozen = Critic().requires_grad_(False)
    frozen.load_state_dict(net.critic.state_dict())
    fooled = F.binary_cross_entropy_with_logits(frozen(stego), torch.ones(2, 1))
    wanted = 0.75 * F.mse_loss(stego, cover) + ADVERSARIAL * fooled
    (expected,) = torch.autograd.grad(wanted, stego)
    assert torch.allclose(at_stego, expected, atol=1e-7)
    # What the critic learns is to tell them, not to be fooled.
    judged = net.critic(torch.cat([cover, stego.detach()]))
    truth = torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    told = F.binary_cross_entropy_with_logits(judged, truth)
    assert all(
        torch.allclose(a, b, atol=1e-6)
        for a, b in zip(
            at_critic, torch.autograd.grad(told, list(net.critic.parameters())), strict=True
        )
    )


def test_the_secret_goes_in_eleven_times() -> None:
    net = Hidden(RIVALS["hidden"])
    first = net.merge[0][0]  # type: ignore[index]
    assert first.in_channels == 11 * 3 + 64 + 3
