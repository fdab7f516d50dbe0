"""What the holder of the reference sees of the payload without a key, and how he simulates it.

The keyed mix is orthonormal and public but for its key: it hides where the secret's coefficients
went within a ring of frequencies, not the energy that they have together in it, which is why every
group is scaled to one power. With candidates at hand an attacker conceals each of them himself
under any key and compares.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.attacks.matching import Scores, feature_vectors, picks, right_picks
from sshr.evaluation.attacks.opened import opened
from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.tensors import to_tensor
from sshr.header.writer import Randomness
from sshr.imaging.tiles import tile_grid
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

Residual = NDArray[np.float32]
Rows = list[NDArray[np.float64]]
"""Of each tile the payload as seen, ring by ring: one array a ring, tile after tile."""

Vector = NDArray[np.float64]
Statistic = Callable[[Rows], Vector]

_GREY = 128
_NO_KEY = Session(bytes(KEY_BYTES))
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def residual(stego: Rgb8, reference: Rgb8) -> Residual:
    """stego - reference, (H, W, 3) in [-1, 1]: payload and rounding."""
    change: Residual = (stego.astype(np.float32) - reference) / np.float32(255)
    return change


@torch.inference_mode()
def seen_rows(engine: Engine, stego: Rgb8, reference: Rgb8) -> Rows:
    """The payload as the network would see it, before the mix is undone.

    Raises:
        ValueError: a network without closed form has no such payload.
    """
    model = opened(engine)
    rows: Rows = []
    for tile in tile_grid(*stego.shape[:2]):
        held, got = (to_tensor(p[tile.with_rim], model.device) for p in (reference, stego))
        row = model.net.body.payload_seen(got, held)[0].double().cpu()
        sizes = model.group_sizes((held.shape[-2], held.shape[-1]))
        rows += [part.numpy() for part in row.split(sizes) if len(part)]
    return rows


def ring_power(rows: Rows) -> Vector:
    """Log mean square of each ring of each tile."""
    return np.log([np.square(row).mean() for row in rows])


def ring_kurtosis(rows: Rows) -> Vector:
    """Fourth moment over the squared second of each ring."""
    return np.array([(row**4).mean() / np.square(row).mean() ** 2 for row in rows])


def ring_magnitudes(rows: Rows) -> Vector:
    """Quantiles of the magnitudes in each ring, by its deviation."""
    found = [np.quantile(np.abs(row), _QUANTILES) / row.std() for row in rows]
    return np.concatenate(found)


STATISTICS: dict[str, Statistic] = {
    "ring power": ring_power,
    "ring kurtosis": ring_kurtosis,
    "ring magnitudes": ring_magnitudes,
}


def bare_payloads(engine: Engine, secrets: Sequence[Rgb8]) -> list[Residual]:
    """What each secret would change a flat grey by if nothing were mixed; anyone can compute it.

    Args:
        engine: without its mix.
        secrets: (H, W, 3) uint8 RGB, sides multiples of 16.
    """
    return [
        residual(*_concealed(engine, secret, np.full_like(secret, _GREY), _NO_KEY))
        for secret in secrets
    ]


@dataclass(frozen=True)
class Simulation:
    """Rows that an attacker makes himself, each under a random key.

    Attributes:
        candidates: every candidate secret in a flat grey.
        shared: one and the same secret in each pair's reference; shows what a reference does.
    """

    candidates: list[Rows]
    shared: list[Rows]


def simulate(engine: Engine, pairs: Sequence[ConcealedPair], random: Randomness) -> Simulation:
    """Conceal the candidates, which are the pairs' secrets.

    Args:
        pairs: of one size.
        random: gives so many bytes.
    """

    def simulated(secret: Rgb8, reference: Rgb8) -> Rows:
        made = _concealed(engine, secret, reference, Session(random(KEY_BYTES)))
        return seen_rows(engine, *made)

    flat = np.full_like(pairs[0].reference, _GREY)
    return Simulation(
        [simulated(pair.secret, flat) for pair in pairs],
        [simulated(pairs[0].secret, pair.reference) for pair in pairs],
    )


def payload_scores(seen: Sequence[Rows], simulation: Simulation, statistic: Statistic) -> Scores:
    """How well what was seen fits each candidate: (N, N), higher is better.

    Args:
        seen: of each pair.
        simulation: of the same pairs.
        statistic: one of `STATISTICS`.
    """
    found, expected, shared = (
        np.stack([statistic(one) for one in rows])
        for rows in (seen, simulation.candidates, simulation.shared)
    )
    found -= shared - expected[0]
    scores: Scores = -np.square(found[:, None] - expected[None]).sum(axis=2)
    return scores


def residual_picks(
    engine: Engine, pairs: Sequence[ConcealedPair], known: Sequence[int], draw: Randomness
) -> dict[str, int]:
    """What stego - reference tells someone who has the reference and no key."""
    seen = [residual(pair.stego, pair.reference) for pair in pairs]
    payloads = bare_payloads(replace(engine, mixed=False), [pair.secret for pair in pairs])
    found = picks(feature_vectors(seen), feature_vectors(payloads), known)
    if engine.model.uses_mix:
        simulation = simulate(engine, pairs, draw)
        rows = [seen_rows(engine, pair.stego, pair.reference) for pair in pairs]
        for name, statistic in STATISTICS.items():
            found[name] = right_picks(payload_scores(rows, simulation, statistic), known)
    return found


def _concealed(
    engine: Engine, secret: Rgb8, reference: Rgb8, session: Session
) -> tuple[Rgb8, Rgb8]:
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, session)
    return made.rounder.round(), reference
