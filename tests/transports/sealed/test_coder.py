"""Ciphertext as changes: a bijection that notices every change, in a keyed order."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sshr.crypto.session import Session
from sshr.transports.sealed import coder as coding
from sshr.transports.sealed.coder import BLOCK, AnsState, NoiseCoder, block_for
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel

Rgb8 = NDArray[np.uint8]
SESSION = Session(bytes(range(32)))
BASE = 300


@pytest.fixture(scope="module")
def reference() -> Rgb8:
    """With samples at both ends, where changes are one-sided."""
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (64, 64, 3), np.uint8)
    picture[:20] = rng.choice([0, 1, 254, 255], (20, 64, 3))
    return picture


@pytest.fixture(params=list(Noise), ids=lambda noise: noise.name.lower(), scope="module")
def coder(request: pytest.FixtureRequest, reference: Rgb8) -> NoiseCoder:
    model = NoiseModel(reference, request.param)
    shared = np.random.default_rng(2).permutation(reference.size)[:500]
    return NoiseCoder(model, model.classes(BASE), shared, 60, SESSION, BLOCK)


def bits_of(coder: NoiseCoder) -> float:
    return coder.model.expected(BASE)[0]


def written(
    coder: NoiseCoder, count: int, seed: int = 0
) -> tuple[NDArray[np.uint32], Rgb8, AnsState]:
    words = np.random.default_rng(seed).integers(0, 1 << 32, count, np.uint32)
    found = coder.write(words, bits_of(coder))
    assert found is not None
    return words, *found


@settings(max_examples=8)
@given(share=st.floats(0, 0.9), seed=st.integers(0, 1 << 32))
def test_words_come_back(coder: NoiseCoder, share: float, seed: int) -> None:
    words, samples, rest = written(coder, int(share * bits_of(coder) / 32), seed)
    found = coder.read(samples, len(words), rest)
    assert found is not None
    assert np.array_equal(found, words)


def test_words_alone_decide_the_changes(coder: NoiseCoder) -> None:
    words, samples, rest = written(coder, 20)
    again = coder.write(words, bits_of(coder))
    assert again is not None
    assert np.array_equal(again[0], samples)
    assert again[1] == rest
    other = coder.write(words ^ np.uint32(1), bits_of(coder))
    assert other is not None
    assert (other[0] != samples).any()


def test_changes_stay_inside_and_within_their_tables(coder: NoiseCoder, reference: Rgb8) -> None:
    _, samples, _ = written(coder, 30)
    changes = samples.astype(int) - reference.reshape(-1)
    found = coder.model.class_of(coder.classes, 0, reference.size)
    shared = np.zeros(reference.size, bool)
    shared[coder.shared] = True
    assert not changes[(found == 0) & ~shared].any()
    for number, table in enumerate(coder.classes.tables, 1):
        own = changes[(found == number) & ~shared]
        assert (own >= -table.down).all()
        assert (own < len(table.frequencies) - table.down).all()


def test_more_than_fits_is_refused(coder: NoiseCoder) -> None:
    count = int(1.1 * bits_of(coder) / 32)
    words = np.random.default_rng(4).integers(0, 1 << 32, count, np.uint32)
    assert coder.write(words, bits_of(coder)) is None


def test_every_changed_sample_is_noticed(coder: NoiseCoder) -> None:
    """But for the two values of a pair, of which the header's MAC knows."""
    words, samples, rest = written(coder, 40)
    shared = set(coder.shared.tolist())
    for place in np.random.default_rng(3).permutation(len(samples))[:60]:
        for step in (-1, 1):
            value = int(samples[place]) + step
            if int(place) in shared or not 0 <= value <= 255:
                continue
            changed = samples.copy()
            changed[place] = value
            found = coder.read(changed, len(words), rest)
            assert found is None or not np.array_equal(found, words)


def test_the_other_value_of_a_pair_reads_alike(coder: NoiseCoder) -> None:
    words, samples, rest = written(coder, 40)
    assert np.array_equal(coder.lower_values(samples), samples)
    changed = samples.copy()
    places = coder.shared[::2]
    changed[places] += 1
    assert np.array_equal(coder.lower_values(changed), samples)
    found = coder.read(changed, len(words), rest)
    assert found is not None
    assert np.array_equal(found, words)


@pytest.mark.parametrize("rest", [AnsState(5, 7), AnsState(10**6, 1 << 40)])
def test_impossible_rests_are_refused(coder: NoiseCoder, rest: AnsState) -> None:
    words, samples, _ = written(coder, 10)
    assert coder.read(samples, len(words), rest) is None


def test_another_session_reads_nothing(coder: NoiseCoder) -> None:
    words, samples, rest = written(coder, 10)
    other = dataclasses.replace(coder, session=Session(bytes(32)))
    found = other.read(samples, len(words), rest)
    assert found is None or not np.array_equal(found, words)


@pytest.mark.parametrize("block", [1, BLOCK])
def test_order_goes_by_class_and_is_keyed(coder: NoiseCoder, block: int) -> None:
    coder = dataclasses.replace(coder, block=block)
    places, ends = coder._order(0, 0, len(coder.model.samples))
    assert np.array_equal(np.sort(places), np.arange(len(coder.model.samples)))
    found = coder.model.class_of(coder.classes, 0, len(places))
    found[coder.shared] = 0
    assert (np.diff(found[places].astype(int)) >= 0).all()
    assert np.array_equal(ends, np.cumsum(np.bincount(found, minlength=len(ends))))
    other = dataclasses.replace(coder, session=Session(bytes(32)))
    again, same_ends = other._order(0, 0, len(places))
    assert np.array_equal(ends, same_ends)
    assert (places != again).mean() > 0.5


@pytest.mark.parametrize("block", [1, 7, BLOCK])
def test_any_block_is_read_by_itself_alone(coder: NoiseCoder, block: int) -> None:
    own, other = (dataclasses.replace(coder, block=size) for size in (block, block + 1))
    words, samples, rest = written(own, 40)
    found, wrong = (one.read(samples, len(words), rest) for one in (own, other))
    assert found is not None
    assert np.array_equal(found, words)
    assert wrong is None or not np.array_equal(wrong, words)


def test_samples_stay_together_in_large_pictures_alone() -> None:
    assert [block_for(size) for size in (64 * 64 * 3, coding.CHUNK, coding.CHUNK + 1)] == [1, 1, 64]


def test_chunks_of_a_picture_make_one_whole(
    coder: NoiseCoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture of several chunks, made so by their length, is another order and comes back."""
    words, samples, _ = written(coder, 40)
    monkeypatch.setattr(coding, "CHUNK", 5000)
    made = coder.write(words, bits_of(coder))
    assert made is not None
    assert (made[0] != samples).any()
    found = coder.read(made[0], len(words), made[1])
    assert found is not None
    assert np.array_equal(found, words)
