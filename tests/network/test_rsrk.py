"""Image-related keys: eq. 15, 22 and 23, two bits an element, whitening, and AlexNet's shapes."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.inference.rsrk import key_bytes
from sshr.network.rsrk import (
    AlexNetFeatures,
    KeyGenerator,
    decode_rsrk_public,
    encode_rsrk_public,
)

STEP = 0.55  # between the four levels


@pytest.fixture
def generator() -> KeyGenerator:
    made = KeyGenerator(64)
    with torch.no_grad():  # W_L away from its start
        made.w_learned.add_(0.5 * torch.randn(64))
    return made


@pytest.fixture(scope="module")
def alexnet() -> AlexNetFeatures:
    torch.manual_seed(1)
    return AlexNetFeatures()


def features(count: int, seed: int = 3) -> Tensor:
    """Positive, correlated, with a large mean in common, as AlexNet's are."""
    generator = torch.Generator().manual_seed(seed)
    own = torch.Generator().manual_seed(0)
    common = 5 + torch.rand(256, generator=own)
    directions = torch.randn(80, 256, generator=own) * torch.logspace(0, -1, 80)[:, None]
    return (common + 0.3 * torch.randn(count, 80, generator=generator) @ directions).relu()


@torch.no_grad()
def test_both_sides_of_eq_23_agree(generator: KeyGenerator) -> None:
    f_s, f_r = features(4, 1), features(4, 2)
    k_pri_s, k_pri_r = generator.private_key(f_s), generator.private_key(f_r)
    w = generator.weights(f_s)
    k_pub_s, k_pub_r = w * k_pri_s, w * k_pri_r  # eq. 22
    receiver, sender = k_pub_s * k_pri_r, k_pub_r * k_pri_s
    assert torch.allclose(receiver, sender, rtol=1e-5, atol=1e-7)
    assert torch.equal(generator.rsrk_symmetric(k_pub_s, f_r), receiver)


@torch.no_grad()
def test_weights_are_w_l_plus_w_s(generator: KeyGenerator) -> None:
    f_s = features(3, 1)
    white = (f_s - generator.mean) @ generator.white.T
    expected = generator.w_learned + 0.1 * torch.tanh(generator.w_secret(white))
    assert torch.allclose(generator.weights(f_s), expected, atol=1e-6)
    assert float((generator.weights(f_s)[0] - generator.weights(f_s)[1]).abs().max()) > 1e-4


@torch.no_grad()
def test_what_travels_gives_the_key_that_the_sender_used(generator: KeyGenerator) -> None:
    f_s, f_r = features(4, 1), features(4, 2)
    public = generator.rsrk_public(f_s)
    codes = encode_rsrk_public(public)
    assert codes.dtype == torch.uint8
    assert codes.shape == (4, key_bytes(64)) == (4, 16)
    sent = decode_rsrk_public(codes)
    assert torch.equal(sent, public)
    assert torch.equal(generator.rsrk_symmetric(sent, f_r), generator.rsrk_symmetric(public, f_r))
    # Two bits are enough to point the way.
    exact = generator.weights(f_s) * generator.private_key(f_s)
    assert bool((F.cosine_similarity(public, exact) > 0.9).all())
    assert float(generator.private_key(100 * f_s).abs().max()) <= 1


def test_every_byte_of_codes_is_four_elements() -> None:
    codes = torch.arange(256, dtype=torch.uint8)[None]
    values = decode_rsrk_public(codes)
    assert values.shape == (1, 1024)
    assert torch.equal(encode_rsrk_public(values), codes)
    four = values[0, 4 * 0b11_01_10_00 :][:4]  # the first element lowest
    assert torch.allclose(four, STEP * torch.tensor([-1.5, 0.5, -0.5, 1.5]))
    line = torch.linspace(-1, 1, 4000)[None]
    error = (decode_rsrk_public(encode_rsrk_public(line)) - line).abs()
    assert float(error.max()) <= STEP / 2 + 1e-6
    far = torch.tensor([[-9.0, -0.1, 0.1, 9.0]])
    assert torch.allclose(
        decode_rsrk_public(encode_rsrk_public(far)), STEP * torch.tensor([-1.5, -0.5, 0.5, 1.5])
    )


def cosines(generator: KeyGenerator, count: int = 24) -> Tensor:
    """Of the keys of `count` pairs that have nothing in common."""
    with torch.no_grad():
        public = generator.rsrk_public(features(count, 1))
        keys = F.normalize(generator.rsrk_symmetric(public, features(count, 2)), dim=1)
    return (keys @ keys.T)[~torch.eye(count, dtype=torch.bool)]


def test_whitening_makes_keys_of_different_pairs_nearly_orthogonal() -> None:
    generator = KeyGenerator(256)
    alike = cosines(generator)
    assert float(alike.mean()) > 0.5
    generator.whiten(features(400, 7))
    apart = cosines(generator)
    assert float(apart.abs().mean()) < 0.15
    assert float(apart.abs().max()) < 0.5


@torch.no_grad()
def test_whitened_features_have_mean_zero_and_deviation_one() -> None:
    generator, seen = KeyGenerator(16), features(400, 7)
    generator.whiten(seen)
    white = (seen - generator.mean) @ generator.white.T
    assert white.shape == (400, 64)
    assert float(white.mean(0).abs().max()) < 1e-2
    covariance = white.T @ white / 400
    assert float((covariance - torch.eye(64)).abs().max()) < 1e-2


@pytest.mark.parametrize("kind", ["as many as directions", "a few, repeated", "all the same"])
def test_photographs_with_few_directions_give_weights_that_fp16_can_hold(kind: str) -> None:
    generator = KeyGenerator(16)
    distinct = {"as many as directions": 64, "a few, repeated": 9, "all the same": 1}[kind]
    generator.whiten(features(distinct, 7).repeat(-(-64 // distinct), 1))
    assert float(generator.white.abs().max()) < 2000
    assert bool(torch.isfinite(generator.private_key(features(2))).all())


def test_too_few_photographs_leave_the_keys_as_they_are() -> None:
    generator = KeyGenerator(16)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    generator.whiten(features(63))
    for name, value in generator.state_dict().items():
        assert torch.equal(value, before[name])


@torch.no_grad()
def test_the_key_depends_on_both_images(generator: KeyGenerator) -> None:
    generator.whiten(features(400, 7))
    f_s, f_r = features(2, 1), features(2, 2)
    k_sym = generator.rsrk_symmetric(generator.rsrk_public(f_s), f_r)
    assert k_sym.shape == (2, 64)
    for other in (
        generator.rsrk_symmetric(generator.rsrk_public(f_s.flip(0)), f_r),
        generator.rsrk_symmetric(generator.rsrk_public(f_s), f_r.flip(0)),
    ):
        assert float((k_sym - other).abs().mean()) > 0.05


def test_nothing_of_it_learns_and_lengths_are_whole_bytes() -> None:
    assert not any(p.requires_grad for p in KeyGenerator(64).parameters())
    with pytest.raises(ValueError, match="30 is not a multiple of 4"):
        KeyGenerator(30)


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
