"""A network that says nothing of its own: no features, no keys, no loss."""

import pytest
import torch

from sshr.network.hiding import HidingNet, PhotoFeatures
from sshr.network.rivals.config import RivalConfig


def test_the_rest_is_for_networks_that_need_no_more() -> None:
    net = HidingNet(RivalConfig())
    net.features = PhotoFeatures()
    net.scale = torch.nn.Parameter(torch.ones(3), requires_grad=False)
    pictures = torch.rand(2, 3, 16, 16)
    features = net.features.pooled(pictures)
    assert features.shape == (2, 0)
    assert net.symmetric_key(features, features).shape == (2, 0)
    net.prepare(features, pictures)
    net.set_learnable()
    assert net.scale.requires_grad
    assert net.parameter_count() == 3


def test_what_it_lacks_is_refused() -> None:
    net, picture = HidingNet(RivalConfig()), torch.zeros(1, 3, 16, 16)
    with pytest.raises(ValueError, match="shaped is not for this network"):
        net.rounding_noise(picture, torch.Generator())
    with pytest.raises(ValueError, match="own is not for this network"):
        net.own_loss((picture, picture), (picture, picture))
    with pytest.raises(NotImplementedError):
        net.exchange((picture, picture), picture, torch.Generator(), lambda made, reference: made)
