"""Whoever knows that one of two secrets is inside cannot say which: not with the reference, by the
power and the shape of what it was changed by, nor without it, by how noisy the stego is.

He conceals both candidates under keys of his own and picks the one that the stego is more like.
"""

import random
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.attacks.payload import STATISTICS, seen_rows

SIDE, SESSIONS = 64, 12
FALSE_ALARM = 1e-9


def noise_seen(stego: np.ndarray) -> np.ndarray:
    """Mean and median of the finest diagonal differences in each quarter, without a reference."""
    values = stego.astype(float)
    fine = values[:-1, :-1] - values[1:, :-1] - values[:-1, 1:] + values[1:, 1:]
    half = SIDE // 2
    quarters = [fine[r : r + half, c : c + half] for r in (0, half) for c in (0, half)]
    return np.array([of(np.abs(q)) for q in quarters for of in (np.mean, np.median)])


@pytest.fixture(scope="module")
def seen(base, drawn, photo) -> dict[str, np.ndarray]:
    """Of each statistic (kinds of secrets, sessions, numbers)."""
    drawings, draw = drawn(SIDE), random.Random(3).randbytes
    page = photo("parrots", SIDE, SIDE).copy()
    page[:, SIDE // 2 :] = 255
    secrets = [
        *(np.full((SIDE, SIDE, 3), level, np.uint8) for level in (0, 100, 128, 255)),
        drawings[4],
        drawings[8],
        page,
        photo("parrots", SIDE, SIDE),
    ]
    reference = photo("red-barn", SIDE, SIDE) // 2 + 64  # nothing is clipped
    found: dict[str, list[list[np.ndarray]]] = {"noise": [], **{name: [] for name in STATISTICS}}
    for secret in secrets:
        k_sym = base.rsrk_symmetric(base.rsrk_public(secret), reference)
        stegos = [
            base.conceal(secret, reference, k_sym, Session(draw(KEY_BYTES))).rounder.round()
            for _ in range(SESSIONS)
        ]
        found["noise"].append([noise_seen(stego) for stego in stegos])
        for name, statistic in STATISTICS.items():
            rows = [seen_rows(base, stego, reference) for stego in stegos]
            found[name].append([statistic(one) for one in rows])
    return {name: np.array(kinds) for name, kinds in found.items()}


def right_picks(kinds: np.ndarray) -> int:
    """Every stego once, against the next kind: is its own kind's mean, without it, the nearer?"""
    spread = kinds.std(axis=1).mean(axis=0) + 1e-12
    right = 0
    for kind, other in zip(kinds, np.roll(kinds, -1, axis=0), strict=True):
        for number, one in enumerate(kind):
            own = np.delete(kind, number, axis=0).mean(axis=0)
            theirs = np.delete(other, number, axis=0).mean(axis=0)
            right += bool(
                np.abs((one - own) / spread).mean() < np.abs((one - theirs) / spread).mean()
            )
    return right


@pytest.mark.parametrize("name", ["noise", *STATISTICS])
def test_picks_are_at_chance(seen: dict[str, np.ndarray], name: str) -> None:
    picks = seen[name].shape[0] * SESSIONS
    assert binom.sf(right_picks(seen[name]) - 1, picks, 0.5) > FALSE_ALARM


@pytest.mark.parametrize("name", ["noise", *STATISTICS])
def test_a_power_that_differs_by_a_tenth_is_seen(seen: dict[str, np.ndarray], name: str) -> None:
    """As flat tiles had, which were quieter by a third and more."""
    changed: Callable[[np.ndarray], np.ndarray] = {"ring power": lambda one: one + 0.1}.get(
        name, lambda one: one * 1.1
    )
    kinds = seen[name].copy()
    kinds[::2] = changed(kinds[::2])
    assert binom.sf(right_picks(kinds) - 1, len(kinds) * SESSIONS, 0.5) < FALSE_ALARM
