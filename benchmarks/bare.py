"""Networks without a header as methods of `sshr evaluate`, and what it finds as plain figures.

The receiver is given what a header would say, so that networks differ by nothing else, and those
can be measured whose stegos no receiver would take.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import UsageError, WrongKeyError
from sshr.evaluation.channels import parse_channels
from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import Work, measure
from sshr.evaluation.methods.method import MethodEntry, Samples, as_levels
from sshr.evaluation.methods.networks import NetworkTrace
from sshr.evaluation.protocols import PROTOCOLS, centre_crop, find_pairs
from sshr.evaluation.records import ChannelSummary, PairLine
from sshr.evaluation.report.build import summarise_channel
from sshr.imaging.tiles import MAX_SIDE
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

CHANNELS = "float,png"
Figures = dict[str, dict[str, float]]
"""By channel: stego and revealed PSNR and SSIM, the sum of both PSNR, the worst of each."""


class BareMethod:
    """A network alone, behind `Method` and `Traceable`.

    Args:
        nearest: round to the nearest level, whatever spectrum the network asks for.
    """

    def __init__(self, engine: Engine, nearest: bool = False) -> None:
        self._engine, self._nearest = engine, nearest
        self._traces: dict[bytes, NetworkTrace] = {}

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        pairs = zip(secrets, references, strict=True)
        return np.stack([self.trace(*pair, key).pair.stego for pair in pairs])

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """Of the pair that was concealed last with this key."""
        if key not in self._traces:
            raise WrongKeyError("nothing was concealed with this key")
        return np.stack([self._traces[key].oracle_header(stego) for stego in as_levels(stegos)])

    def trace(self, secret: Rgb8, reference: Rgb8, key: bytes) -> NetworkTrace:
        engine, session = self._engine, Session(key[:KEY_BYTES])
        rsrk_public = engine.rsrk_public(secret)
        k_sym = engine.rsrk_symmetric(rsrk_public, reference)
        made = engine.conceal(secret, reference, k_sym, session)
        stego = as_levels(made.unrounded) if self._nearest else made.rounder.round()
        known = rsrk_public, k_sym, made.scales, session
        pair = ConcealedPair(secret, reference, stego, *known)
        self._traces[key] = NetworkTrace(engine, pair)
        return self._traces[key]


def measured(
    methods: Sequence[MethodEntry],
    folder: Path,
    crop: int,
    limit: int | None = None,
    progress: Progress = quiet,
) -> dict[str, Figures]:
    """By method and channel, over the fixed pairs of a folder or the first `limit`.

    Raises:
        UsageError: fewer than two pictures, or a crop that is not a single tile.
    """
    if crop % 16 or not 64 <= crop <= MAX_SIDE:
        raise UsageError(f"--crop {crop} is not a multiple of 16 from 64 to {MAX_SIDE}")
    protocol = replace(
        PROTOCOLS["kodak"],
        prepare=lambda secret, reference: (centre_crop(secret, crop), centre_crop(reference, crop)),
    )
    pairs = find_pairs(protocol, folder)[:limit]
    work = Work(methods, pairs, protocol, parse_channels(CHANNELS), seed=1)
    with tempfile.TemporaryDirectory() as name:
        ledger = Ledger(Path(name) / "lines.jsonl", {}, PairLine)
        measure(work, ledger, progress)
    lines: dict[str, dict[str, list[PairLine]]] = {entry.name: {} for entry in methods}
    for line in ledger:
        lines[line.method].setdefault(line.channel, []).append(line)
    return {
        name: {channel: figures(summarise_channel(found, name)) for channel, found in own.items()}
        for name, own in lines.items()
    }


def figures(found: ChannelSummary) -> dict[str, float]:
    """What tables show of one channel; through files every pair must have been revealed."""
    assert found.revealed is not None
    stego, revealed = found.stego, found.revealed
    return {
        "stego_psnr": stego.psnr.mean,
        "stego_ssim": stego.ssim.mean,
        "revealed_psnr": revealed.psnr.mean,
        "revealed_ssim": revealed.ssim.mean,
        "total": stego.psnr.mean + revealed.psnr.mean,
        "worst_stego": stego.psnr.min,
        "worst_revealed": revealed.psnr.min,
    }
