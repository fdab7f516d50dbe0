"""Flat, drawn and photographed secrets cannot be told apart by the power that a stego has over its
reference, ring by ring and tile by tile: without rounding to a thousandth, with it to what rounding
noise of that size does by chance.
"""

import random

import numpy as np
import pytest

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.attacks.payload import ring_power, seen_rows
from sshr.imaging.tiles import tile_grid

DEVIATIONS = 7  # once in 4e11


def made_of(engine, secret, reference, draw):
    """The payload's rows before and after rounding."""
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, Session(draw(KEY_BYTES)))
    pictures = made.unrounded, made.rounder.round()
    return [seen_rows(engine, picture, reference) for picture in pictures]


@pytest.fixture(
    scope="module",
    params=[(64, 1, 4), (112, 1, 4), (336, 4, 1)],
    ids=["64 px", "112 px", "4 tiles"],
)
def game(request, base, drawn, photo):
    """Of each kind of secret and each session the rows before rounding and after it."""
    side, tiles, sessions = request.param
    assert len(tile_grid(side, side)) == tiles
    pictures, draw = drawn(side), random.Random(side).randbytes
    flat, gradient, text, stripes = pictures[0], pictures[4], pictures[8], pictures[12]
    secrets = [flat, pictures[3], gradient, text, stripes, photo("parrots", side, side)]
    reference = (
        photo("red-barn", side, side) // 2 + 64
    )  # nothing is clipped, which is noise as well
    return [[made_of(base, s, reference, draw) for _ in range(sessions)] for s in secrets]


def test_before_rounding_every_ring_has_the_same_power_whatever_the_secret(game):
    powers = np.array([[ring_power(exact) for exact, _ in kind] for kind in game])
    assert np.ptp(powers, axis=(0, 1)).max() < 1e-3


def test_after_rounding_they_differ_by_chance_alone(game):
    powers = np.array([[ring_power(rounded) for _, rounded in kind] for kind in game])
    for ring in range(powers.shape[2]):
        pairs = [(exact[ring], rounded[ring]) for kind in game for exact, rounded in kind]
        size = len(pairs[0][0])
        noise = np.mean([np.square(two - one).mean() / np.square(one).mean() for one, two in pairs])
        deviation = np.sqrt((4 * noise + 2 * noise**2) / size)
        spread = np.abs(powers[..., ring] - powers[..., ring].mean())
        assert spread.max() < DEVIATIONS * deviation, (ring, size, noise)
        means = powers[..., ring].mean(axis=1)
        limit = DEVIATIONS * deviation / powers.shape[1] ** 0.5
        assert np.abs(means - means.mean()).max() < limit, (ring, size, noise)
