"""What NumPy and ONNX Runtime do is what the coupled steps in torch do, tile by tile."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.inference.closed_form import ClosedForm
from sshr.inference.keyed_mix import KeyedMix
from sshr.metrics import psnr
from sshr.network.rsrk import AlexNetFeatures
from sshr.zoo.loaded import LoadedModel

Rgb8 = NDArray[np.uint8]
KEY = np.random.default_rng(1).uniform(-0.8, 0.8, 256).astype(np.float32)


def a_mix(network: ClosedForm, size: tuple[int, int], make: Callable[..., KeyedMix]) -> KeyedMix:
    return make(network.group_sizes(size) or [3 * size[0] * size[1]])


@pytest.mark.parametrize("rim", [(0, 0), (7, 11)])
def test_both_make_the_same_stego_and_reveal_each_others(
    light: ClosedForm,
    heavy: LoadedModel,
    drawn_mix: Callable[..., KeyedMix],
    photo: Callable[..., Rgb8],
    rim: tuple[int, int],
) -> None:
    below, right = rim
    secret, reference = photo("parrots", 96, 112), photo("sailboats", 96 + below, 112 + right)
    mix = a_mix(light, reference.shape[:2], drawn_mix)
    one = light.conceal(secret, reference, KEY, mix)
    with torch.inference_mode():
        two = heavy.conceal(secret, reference, KEY, mix)
    assert one.levels.shape == reference.shape
    assert np.abs(one.levels - two.levels).max() < 0.05
    assert np.abs(one.scales / two.scales - 1).max() < 1e-4
    assert np.abs(one.strength / two.strength - 1).max() < 1e-3
    for made in (one, two):
        stego = np.rint(made.levels).clip(0, 255).astype(np.uint8)
        own = light.reveal(stego, reference, KEY, made.scales, mix)
        with torch.inference_mode():
            other = heavy.reveal(stego, reference, KEY, made.scales, mix)
        found = [np.rint(each).clip(0, 255).astype(np.uint8) for each in (own, other)]
        assert np.abs(found[0].astype(int) - found[1]).max() <= 1
        assert abs(psnr(found[0], secret) - psnr(found[1], secret)) < 0.02
        assert psnr(found[0], secret) > 38


def test_an_unrounded_stego_reveals_nearly_all(
    light: ClosedForm, drawn_mix: Callable[..., KeyedMix], photo: Callable[..., Rgb8]
) -> None:
    secret, reference = photo("parrots", 64, 80), photo("sailboats", 64, 80)
    mix = a_mix(light, (64, 80), drawn_mix)
    made = light.conceal(secret, reference, KEY, mix)
    found = light.reveal(made.levels, reference, KEY, made.scales, mix)
    assert psnr(np.rint(found).clip(0, 255).astype(np.uint8), secret) > 60


def test_facts_are_the_checkpoints(light: ClosedForm, heavy: LoadedModel) -> None:
    assert light.digest == heavy.digest
    assert (light.key_dim, light.scale_count) == (heavy.key_dim, heavy.scale_count)
    assert light.uses_mix == heavy.uses_mix
    for size in ((64, 64), (80, 96), (320, 331)):
        assert light.group_sizes(size) == heavy.group_sizes(size)
    shares, powers = (np.array(part) for part in light.noise_spectrum())
    told = [np.array(part) for part in heavy.noise_spectrum()]
    assert np.allclose(shares, told[0])
    assert np.allclose(powers, told[1], rtol=1e-5)


def test_keys_agree(
    light: ClosedForm,
    heavy: LoadedModel,
    photo: Callable[..., Rgb8],
    tensor: Callable[..., torch.Tensor],
) -> None:
    small = np.ascontiguousarray(photo("parrots", 256, 256).transpose(2, 0, 1), np.float32) / 255
    public = light.rsrk_public(small)
    assert public == heavy.rsrk_public(small)
    keys = light.rsrk_symmetric(public, small), heavy.rsrk_symmetric(public, small)
    assert keys[0].shape == (256,)
    assert np.abs(keys[0] - keys[1]).max() < 1e-4
    features = heavy.net.features
    assert isinstance(features, AlexNetFeatures)
    for own, other in zip(light.graphs.activations(small), features(tensor(small)), strict=True):
        assert np.abs(own - other[0].numpy()).max() < 1e-3 * max(1, float(other.max()))


def test_another_aim_is_another_stego(
    light: ClosedForm, drawn_mix: Callable[..., KeyedMix], photo: Callable[..., Rgb8]
) -> None:
    secret, reference = photo("parrots", 64, 64), photo("sailboats", 64, 64)
    mix = a_mix(light, (64, 64), drawn_mix)
    found = []
    for aim in (38, 45):
        made = light.at(aim).conceal(secret, reference, KEY, mix)
        found.append(psnr(np.rint(made.levels).clip(0, 255).astype(np.uint8), reference))
    assert found[0] < 40 < 43 < found[1]


def test_work_is_done_on_all_items_whatever_the_threads(
    light: ClosedForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        done: list[int] = []
        assert list(light.each(done.append, range(9))) == [None] * 9
        assert sorted(done) == list(range(9))


def test_threads_do_not_change_a_result(
    light: ClosedForm, drawn_mix: Callable[..., KeyedMix], photo: Callable[..., Rgb8], monkeypatch
) -> None:
    secret, reference = photo("parrots", 80, 64), photo("sailboats", 80, 64)
    mix = a_mix(light, (80, 64), drawn_mix)
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        made: list[NDArray] = []

        def one(_: int, into: list[NDArray] = made) -> None:
            into.append(light.conceal(secret, reference, KEY, mix).levels)

        list(light.each(one, range(4)))
        found += made
    assert all(np.array_equal(levels, found[0]) for levels in found)


def test_a_pickled_network_is_the_same(light: ClosedForm) -> None:
    other = pickle.loads(pickle.dumps(light))
    assert (other.digest, other.model) == (light.digest, light.model)
    tokens = np.random.default_rng(0).normal(0, 0.1, (768, 4, 5)).astype(np.float32)
    assert np.array_equal(other.graphs.compand(tokens), light.graphs.compand(tokens))
