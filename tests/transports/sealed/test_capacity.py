"""How loud the noise must be, and how much then fits."""

import functools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import TooSmallError
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.distributions import LEVELS
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
Photo = Callable[..., Rgb8]


def back(stego: sshr.Stego, reference: Rgb8) -> sshr.Revealed:
    return sshr.reveal(stego.image, reference, KEYS)


def test_the_named_capacity_fits_and_more_does_not(reference: Rgb8) -> None:
    capacity = sshr.forecast(None, reference, "sealed").capacity[44.0]
    rng = np.random.default_rng(1)
    for _ in range(3):
        data = rng.bytes(capacity)
        stego = seal(sshr.Blob(data), reference, KEYS, stego_psnr=44.0)
        assert back(stego, reference).data == data
    with pytest.raises(TooSmallError, match=r"fit this reference at 44 dB; it fits at .* 43\."):
        seal(sshr.Blob(rng.bytes(capacity + 200)), reference, KEYS, stego_psnr=44.0)


def test_plan_predicts_what_happens(reference: Rgb8) -> None:
    plan = Capacity(NoiseModel(reference, Noise.UNIFORM), np.arange(0))
    base = plan.base_for_psnr(41.0)
    assert abs(plan.psnr(base) - 41) < 0.05
    assert plan.base_for_bytes(plan.bytes_at(base)) <= base


@pytest.fixture(scope="module", params=list(Noise), ids=lambda noise: noise.name.lower())
def capacity(request: pytest.FixtureRequest, photo: Photo) -> Capacity:
    return Capacity(NoiseModel(photo("sailboats", 80, 90), request.param), np.arange(2000))


def test_louder_noise_carries_more(capacity: Capacity) -> None:
    bases = range(-600, LEVELS, 40)
    sizes, figures = ([of(base) for base in bases] for of in (capacity.bytes_at, capacity.psnr))
    assert sizes == sorted(sizes)
    assert figures == sorted(figures, reverse=True)
    assert sizes[0] == 0
    assert sizes[-1] > 10_000


@pytest.mark.parametrize("psnr", [36.0, 44.0, 52.0])
def test_base_for_a_psnr_is_the_loudest_of_it(capacity: Capacity, psnr: float) -> None:
    base = capacity.base_for_psnr(psnr)
    assert capacity.psnr(base) >= psnr > capacity.psnr(base + 1)


@pytest.mark.parametrize("size", [1, 300, 2000])
def test_base_for_bytes_is_the_quietest_of_them(capacity: Capacity, size: int) -> None:
    base = capacity.base_for_bytes(size)
    assert capacity.bytes_at(base) >= size > capacity.bytes_at(base - 1)
    assert capacity.base_to_try(size) <= base


def test_beyond_the_loudest_there_is_no_more(capacity: Capacity) -> None:
    assert capacity.base_for_bytes(1 << 30) == LEVELS - 1


def test_samples_of_the_header_carry_less(photo: Photo) -> None:
    model = NoiseModel(photo("sailboats", 80, 90), Noise.UNIFORM)
    few, many = Capacity(model, np.arange(0)), Capacity(model, np.arange(4000))
    assert many.bits(400) < few.bits(400)
    assert many.psnr(0) < few.psnr(0)
