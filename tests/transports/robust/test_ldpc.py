"""The code: every check holds, moderate noise is undone, hopeless noise is admitted."""

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sshr.transports.robust.ldpc import COLUMNS, LIMIT, MESSAGE, MOST, ROWS, SCALE, UNSENT, Code
from sshr.transports.robust.ldpc import _graph as graph_of
from sshr.transports.robust.ldpc import _lifts as lifts

Bits = NDArray[np.uint8]


def message_of(size: int, seed: int = 1) -> Bits:
    drawn = random.Random(seed).randbytes(-(-size // 8))
    return np.unpackbits(np.frombuffer(drawn, np.uint8))[:size]


def heard(sent: Bits, deviation: float, seed: int = 1) -> NDArray[np.int32]:
    """Log-likelihood ratios of +-1 with Gaussian noise."""
    noise = np.random.default_rng(seed).normal(0, deviation, len(sent))
    ratio = 2 * (1 - 2 * sent.astype(float) + noise) / deviation**2
    return np.rint(ratio * SCALE).clip(-LIMIT, LIMIT).astype(np.int32)


def test_base_graph() -> None:
    graph = graph_of(384)
    edges = [(row, edge.column) for row in range(ROWS) for edge in graph[row]]
    assert (len(graph), max(column for _, column in edges) + 1) == (42, 52)
    assert len(edges) == len(set(edges)) == 197
    for row in range(4, ROWS):
        beyond = [column for at, column in edges if at == row and column >= 14]
        assert beyond == [10 + row]
    assert all(0 <= edge.shift < 384 for row in graph for edge in row)


def test_lifts_are_the_standards() -> None:
    found = lifts()
    assert (len(found), found[0], found[-1]) == (51, 2, 384)
    for lift in found:
        assert all(edge.shift < lift for row in graph_of(lift) for edge in row)


def encoded(code: Code, message: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """The bits that are sent of one message."""
    return code.encode(message[None], count)[0]


@pytest.mark.parametrize("size", [1, 40, 193, 561, 641, 1000, MOST])
def test_codewords_satisfy_every_check(size: int) -> None:
    code = Code.of(size)
    z, message = code.lift, message_of(size)
    whole = (COLUMNS - UNSENT) * z - (MESSAGE * z - max(size, UNSENT * z))
    sent = encoded(code, message, whole)
    word = np.zeros(COLUMNS * z, np.uint8)
    word[:size] = message
    word[MESSAGE * z :] = sent[-(COLUMNS - MESSAGE) * z :]
    assert np.array_equal(word[UNSENT * z : size], sent[: max(size - UNSENT * z, 0)])
    columns = word.reshape(COLUMNS, z)
    for row in graph_of(z):
        total = np.zeros(z, np.uint8)
        for edge in row:
            total ^= columns[edge.column][(np.arange(z) + edge.shift) % z]
        assert not total.any()


@pytest.mark.parametrize(("size", "rate"), [(64, 1 / 3), (700, 1 / 2), (MOST, 0.7), (500, 1 / 8)])
def test_moderate_noise_is_undone(size: int, rate: float) -> None:
    code, message = Code.of(size), message_of(size, 2)
    sent = encoded(code, message, int(size / rate))
    deviation = {1 / 3: 0.7, 1 / 2: 0.7, 0.7: 0.5, 1 / 8: 1.2}[rate]
    assert np.mean((heard(sent, deviation) < 0) != sent) > 0.01
    found = code.decode(heard(sent, deviation)[None])
    assert found is not None
    assert np.array_equal(found[0], message)


def test_blocks_are_decoded_together_as_alone() -> None:
    code = Code.of(300)
    messages = np.stack([message_of(300, seed) for seed in range(20)])
    sent = code.encode(messages, 640)
    assert np.array_equal(sent, [encoded(code, message, 640) for message in messages])
    soft = np.stack([heard(one, 0.6 + 0.01 * n, n) for n, one in enumerate(sent)])
    found = code.decode(soft)
    assert found is not None
    assert np.array_equal(found, messages)
    soft[13] = heard(sent[13], 4.0, 13)
    assert code.decode(soft) is None
    assert code.decode(soft[:13]) is not None


@pytest.mark.parametrize("copies", [1, 3, 8, 30])
def test_copies_that_are_all_wrong_give_way(copies: int) -> None:
    code, message = Code.of(400), message_of(400, 5)
    period = len(code._sent)
    wrong = np.random.default_rng(6).random(period) < 0.06
    soft = (1 - 2 * (encoded(code, message, period) ^ wrong).astype(np.int32)) * 7 * SCALE
    found = code.decode(np.tile(soft, copies)[None])
    assert found is not None
    assert np.array_equal(found[0], message)


def test_hopeless_noise_gives_none() -> None:
    code = Code.of(1000)
    assert code.decode(heard(encoded(code, message_of(1000), 1500), 4.0)[None]) is None


def test_noise_without_a_code_is_given_up_early() -> None:
    code = Code.of(1000)
    noise = np.random.default_rng(7).normal(0, 3 * SCALE, (code.period, 2)).astype(np.int32)
    total = np.zeros((2, COLUMNS * code.lift), np.int16)
    total[:, code._sent] = noise.T
    rounds = list(code._iterate(total, ROWS))
    assert len(rounds) < 15
    assert not any(good.any() for good, _ in rounds)


@given(size=st.integers(1, MOST), rate=st.floats(0.15, 0.8), seed=st.integers(0, 1 << 20))
@example(size=1, rate=0.5, seed=1)
@example(size=MOST, rate=0.8, seed=1)
@settings(max_examples=25)
def test_every_size_comes_back(size: int, rate: float, seed: int) -> None:
    code, message = Code.of(size), message_of(size, seed)
    assert code.size == size <= code.lift * code.width
    # So many places that the core of four checks is sent at least.
    sent = encoded(code, message, max(int(size / rate), 14 * code.lift))
    found = code.decode(((1 - 2 * sent.astype(np.int32)) * 8 * SCALE).astype(np.int32)[None])
    assert found is not None
    assert np.array_equal(found[0], message)


def test_more_places_than_bits_are_a_repetition() -> None:
    code, message = Code.of(100), message_of(100, 3)
    period = len(code._sent)
    sent = encoded(code, message, 3 * period)
    assert np.array_equal(sent, np.tile(encoded(code, message, period), 3))
    soft = heard(sent, 2.0, 4)  # too much for each copy, little for all
    assert code.decode(soft[None, :110]) is None
    found = code.decode(soft[None])
    assert found is not None
    assert np.array_equal(found[0], message)


@pytest.mark.parametrize("size", [0, MOST + 1])
def test_sizes_that_no_block_has(size: int) -> None:
    with pytest.raises(ValueError, match="no message of one block"):
        Code.of(size)
