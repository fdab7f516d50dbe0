"""The average of the learned weights: slow, but quick to leave its start."""

import torch

from sshr.network.model import SshrNet
from sshr.training.average import WeightAverage, learned


def test_what_training_leaves_alone_is_not_averaged(base_net: SshrNet) -> None:
    names = {id(p): name for name, p in base_net.named_parameters()}
    found = [names[id(p)] for p in learned(base_net)]
    assert found
    assert not any(name.startswith(("features.", "keys.")) for name in found)


@torch.no_grad()
def test_early_averages_forget_faster(base_net: SshrNet) -> None:
    average = WeightAverage(base_net, decay=0.9)
    start = [p.clone() for p in learned(base_net)]
    average.update([p + 1 for p in start], step=1)
    for value, before in zip(average.tensors(), start, strict=True):
        assert torch.allclose(value, before + 10 / 11, atol=1e-6)
    average.update([p + 1 for p in start], step=10**6)
    for value, before in zip(average.tensors(), start, strict=True):
        assert torch.allclose(value, before + 1 - 0.9 / 11, atol=1e-6)


@torch.no_grad()
def test_the_average_is_given_to_a_copy(base_net: SshrNet) -> None:
    average = WeightAverage(base_net, decay=0.9)
    kept = [p.clone() for p in learned(base_net)]
    average.update([p + 1 for p in kept], step=5)
    twin = average.averaged(base_net)
    for own, before, other, value in zip(
        learned(base_net), kept, learned(twin), average.tensors(), strict=True
    ):
        assert torch.equal(own, before)
        assert torch.equal(other, value)
    # It travels with the state of whatever holds it.
    again = WeightAverage(base_net, decay=0.9)
    again.load_state_dict(average.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(again.tensors(), average.tensors(), strict=True))
