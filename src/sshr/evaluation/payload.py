"""What the holder of the reference sees of the payload without a key, and how he simulates it.

The keyed mix is orthonormal and public but for its key: it hides where the secret's coefficients
went, not the energy that they have together in a tile, nor in each chunk that it mixes for itself.
With candidates at hand an attacker conceals each of them himself under any key and compares.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.cases import Case, Randomness
from sshr.evaluation.matching import Scores
from sshr.imaging.tiles import tile_grid
from sshr.network.config import BaseConfig
from sshr.pipeline.engine import Engine, no_step

Rgb8 = NDArray[np.uint8]
Residual = NDArray[np.float32]
Vector = NDArray[np.float64]
Statistic = Callable[[Residual], Vector]

_LARGEST_CHUNK = 1 << 16
_GREY = 128
_NO_KEY = Session(bytes(KEY_BYTES))


def residual(engine: Engine, stego: Rgb8, reference: Rgb8) -> Residual:
    """stego - reference as the network sees it, (H, W, 3) in [-1, 1]: payload and rounding."""
    config = engine.model.net.config
    edge = config.headroom if isinstance(config, BaseConfig) else 0.0
    held = reference.astype(np.float32).clip(edge, 255 - edge)
    return (stego.astype(np.float32) - held) / 255


def tile_power(found: Residual) -> Vector:
    """Log mean square of each tile."""
    tiles = tile_grid(*found.shape[:2])
    return np.log([np.square(found[t.slices], dtype=np.float64).mean() for t in tiles])


def chunk_power(engine: Engine, found: Residual) -> Vector:
    """Log energies of the mix's chunks, sorted within each tile, its mean taken off.

    A chunk is the largest power of two that divides the tile's samples, at most 65,536; sides of
    odd multiples of 16 make it as small as 256.
    """
    energies = []
    for tile in tile_grid(*found.shape[:2]):
        part = torch.from_numpy(np.ascontiguousarray(found[tile.slices])).permute(2, 0, 1)[None]
        flat = engine.model.net.transform(part + 0.5).flatten()
        chunk = min(flat.numel() & -flat.numel(), _LARGEST_CHUNK)
        powers = flat.view(-1, chunk).double().square().mean(dim=1).log().sort().values
        energies.append((powers - powers.mean()).numpy())
    return np.concatenate(energies)


def bare_payloads(engine: Engine, secrets: Sequence[Rgb8]) -> list[Residual]:
    """What each secret would change a flat grey by if nothing were mixed; anyone can compute it.

    Args:
        engine: without its mix, see `sshr.evaluation.attacks.without_mix`.
        secrets: (H, W, 3) uint8 RGB, sides multiples of 16.
    """
    return [_concealed(engine, secret, np.full_like(secret, _GREY), _NO_KEY) for secret in secrets]


@dataclass(frozen=True)
class Simulation:
    """Residuals that an attacker makes himself, each under a random key.

    Attributes:
        candidates: every candidate secret concealed in a flat grey.
        shared: one of them concealed in every reference; shows what a reference does.
    """

    candidates: list[Residual]
    shared: list[Residual]


def simulate(engine: Engine, cases: Sequence[Case], random: Randomness) -> Simulation:
    """Conceal the candidates, which are the cases' secrets.

    Args:
        cases: of one size.
        random: gives so many bytes.
    """

    def simulated(secret: Rgb8, reference: Rgb8) -> Residual:
        return _concealed(engine, secret, reference, Session(random(KEY_BYTES)))

    flat = np.full_like(cases[0].reference, _GREY)
    return Simulation(
        [simulated(case.secret, flat) for case in cases],
        [simulated(cases[0].secret, case.reference) for case in cases],
    )


def payload_scores(
    seen: Sequence[Residual], simulation: Simulation, statistic: Statistic
) -> Scores:
    """How well what was seen fits each candidate: (N, N), higher is better.

    Args:
        seen: stego - reference of each case.
        simulation: of the same cases.
        statistic: `tile_power`, or `chunk_power` of an engine.
    """
    found, expected, shared = (
        np.stack([statistic(one) for one in residuals])
        for residuals in (seen, simulation.candidates, simulation.shared)
    )
    found -= shared - expected[0]
    scores: Scores = -np.square(found[:, None] - expected[None]).sum(axis=2)
    return scores


def _concealed(engine: Engine, secret: Rgb8, reference: Rgb8, session: Session) -> Residual:
    k_sym = engine.symmetric_key(engine.public_key(secret), reference)
    header = np.zeros(reference.shape, bool)
    made = engine.conceal(secret, reference, k_sym, session, header, no_step)
    stego = np.rint(made.unrounded).clip(0, 255).astype(np.uint8)
    return residual(engine, stego, reference)
