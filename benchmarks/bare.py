"""Networks without a header as methods of `sshr evaluate`, and what it finds as plain figures.

The receiver is given what a header would say, so that networks differ by nothing else, and those
can be measured whose stegos no receiver would take.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import WrongKeyError
from sshr.evaluation.concealed import ConcealedPair
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.evaluation.methods.networks import NetworkTrace
from sshr.evaluation.records import ChannelSummary, Run
from sshr.evaluation.run import Options, evaluate
from sshr.imaging.channels import parse_channels
from sshr.imaging.depth import as_levels
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

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
    protocol: str,
    limit: int | None = None,
    progress: Progress = quiet,
) -> tuple[Run, dict[str, Figures]]:
    """What was evaluated, and figures by method and channel."""
    with tempfile.TemporaryDirectory() as name:
        channels = parse_channels("float,png")
        options = Options(methods, folder, protocol, channels, Path(name) / "out", limit)
        report = evaluate(options, progress)
    return report.run, {
        entry.name: {channel: figures(found) for channel, found in entry.channels.items()}
        for entry in report.methods
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
