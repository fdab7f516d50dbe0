"""Image-related keys: eq. 15, 22 and 23, quantisation, and AlexNet's shapes."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.network.rsrk import (
    AlexNetFeatures,
    KeyGenerator,
    decode_public_key,
    encode_public_key,
)

STEP = 2 / 127  # of the 8-bit codes


@pytest.fixture
def generator() -> KeyGenerator:
    made = KeyGenerator(32)
    with torch.no_grad():  # W_L away from its start
        made.w_learned.add_(0.5 * torch.randn(32))
    return made


@pytest.fixture(scope="module")
def alexnet() -> AlexNetFeatures:
    torch.manual_seed(1)
    return AlexNetFeatures()


def features(count: int, seed: int = 3) -> Tensor:
    return torch.randn(count, 256, generator=torch.Generator().manual_seed(seed)).relu()


@torch.no_grad()
def test_both_sides_of_eq_23_agree(generator: KeyGenerator) -> None:
    f_s, f_r = features(4, 1), features(4, 2)
    k_pri_s, k_pri_r = generator.private_key(f_s), generator.private_key(f_r)
    w = generator.w_learned + 0.1 * torch.tanh(generator.w_secret(f_s))  # W_L + W_S
    receiver = generator.symmetric_key(generator.public_key(f_s), f_r)  # k_pub_s . k_pri_r
    sender = (w * k_pri_r) * k_pri_s  # k_pub_r . k_pri_s
    assert float((receiver - sender).abs().max()) <= STEP / 2 + 1e-6  # k_pub_s is quantised
    # What travels in the header gives the very key that the sender used.
    sent = decode_public_key(encode_public_key(generator.public_key(f_s)))
    assert torch.allclose(generator.symmetric_key(sent, f_r), receiver, atol=1e-6)


@torch.no_grad()
def test_the_key_depends_on_both_images(generator: KeyGenerator) -> None:
    f_s, f_r = features(2, 1), features(2, 2)
    k_sym = generator.symmetric_key(generator.public_key(f_s), f_r)
    other_secret = generator.symmetric_key(generator.public_key(f_s.flip(0)), f_r)
    other_reference = generator.symmetric_key(generator.public_key(f_s), f_r.flip(0))
    assert k_sym.shape == (2, 32)
    assert float((k_sym - other_secret).abs().mean()) > 0.05
    assert float((k_sym - other_reference).abs().mean()) > 0.05


@torch.no_grad()
def test_public_key_is_quantised_and_bounded(generator: KeyGenerator) -> None:
    generator.w_learned.mul_(20)  # far beyond the limit
    public = generator.public_key(features(8))
    assert float(public.abs().max()) == pytest.approx(2.0, abs=1e-6)
    assert torch.allclose(decode_public_key(encode_public_key(public)), public, atol=1e-6)
    codes = public / STEP
    assert float((codes - codes.round()).abs().max()) < 1e-3
    assert float(generator.private_key(100 * features(8)).abs().max()) <= 1


def test_every_code_round_trips() -> None:
    codes = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(encode_public_key(decode_public_key(codes)), codes)
    values = torch.linspace(-2, 2, 4001)
    error = decode_public_key(encode_public_key(values)) - values
    assert float(error.abs().max()) <= STEP / 2 + 1e-6
    assert encode_public_key(torch.tensor([-9.0, 0.0, 9.0])).tolist() == [0, 128, 255]


def test_the_gradient_passes_the_rounding_straight_through(generator: KeyGenerator) -> None:
    f_s, upstream = features(3), torch.randn(3, 32)
    generator.public_key(f_s).backward(upstream)
    found = [p.grad.clone() for p in generator.parameters() if p.grad is not None]
    generator.zero_grad()
    w = generator.w_learned + 0.1 * torch.tanh(generator.w_secret(f_s))
    exact = (w * generator.private_key(f_s)).clamp(-2, 2)
    exact.backward(upstream)
    expected = [p.grad for p in generator.parameters() if p.grad is not None]
    assert len(found) == len(expected) == len(list(generator.parameters()))
    for ours, theirs in zip(found, expected, strict=True):
        assert theirs is not None
        assert torch.allclose(ours, theirs, atol=1e-6)


@torch.no_grad()
def test_alexnet_taps(alexnet: AlexNetFeatures) -> None:
    taps = alexnet(torch.rand(2, 3, 224, 224))
    shapes = [tuple(tap.shape[1:]) for tap in taps]
    assert shapes == [(64, 55, 55), (192, 27, 27), (384, 13, 13), (256, 13, 13), (256, 13, 13)]
    assert all(float(tap.min()) >= 0 for tap in taps)
    assert sum(p.numel() for p in alexnet.parameters()) == 2_469_696  # AlexNet's convolutions
    assert not any(p.requires_grad for p in alexnet.parameters())


@torch.no_grad()
def test_images_are_normalised_as_alexnet_was_trained(alexnet: AlexNetFeatures) -> None:
    image = torch.rand(1, 3, 64, 64)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normal = (image - mean[:, None, None]) / std[:, None, None]
    first = F.relu(F.conv2d(normal, alexnet.conv1.weight, alexnet.conv1.bias, 4, 2))
    assert torch.allclose(alexnet(image)[0], first, atol=1e-5)


@pytest.mark.parametrize("size", [(64, 64), (256, 256), (100, 300)])
@torch.no_grad()
def test_pooled_features(
    size: tuple[int, int], alexnet: AlexNetFeatures, pictures: Callable[..., Tensor]
) -> None:
    image = pictures(1, *size)
    pooled = alexnet.pooled(image)
    assert pooled.shape == (1, 256)
    resized = F.interpolate(image, (256, 256), mode="bilinear", antialias=True)
    expected = F.max_pool2d(alexnet(resized)[-1], 3, 2).mean((2, 3))
    assert torch.allclose(pooled, expected, atol=1e-5)
    batch = alexnet.pooled(pictures(2, *size))
    assert torch.allclose(batch[:1], alexnet.pooled(pictures(2, *size)[:1]), atol=1e-5)
