"""What each part of `base` is worth: the same pairs with one part at a time taken out.

    python benchmarks/ablation_base.py FOLDER [--preset base] [--runs RUNS] [--json OUT]

Learned parts are zeroed in the trained network, which the other parts were trained beside: what is
missing then is the part's share. Parts that change what is learned (steps, tied half-steps, coarse
layer, estimator) are compared as short runs of one equal budget: RUNS holds a folder for each, with
a `model.safetensors` by the recipe of that name (`sshr/training/recipes/ablation/`). Stegos are
8-bit, header and coarse layer inside, revealed from what a PNG file would hold.
"""

import argparse
import copy
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import cast

import numpy as np
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError, UsageError
from sshr.evaluation.attacks import without_mix
from sshr.evaluation.cases import conceal_case
from sshr.evaluation.metrics import MAX_PSNR, psnr, ssim
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.network.base import BaseNet
from sshr.network.grbf import GaussianRBF
from sshr.network.guidance import Modulation
from sshr.network.side import Side
from sshr.pipeline.engine import Engine, no_step
from sshr.zoo.registry import load_model

SATURATED = 0.05
"""Share of a reference's samples outside the headroom from which on it counts as saturated."""

WRONG_KEYS = ("zeros", "ones", "Gaussian", "another's")


@dataclass(frozen=True)
class Pair:
    """Figures of one pair; `saturated` says of what kind its reference is."""

    secret: str
    saturated: bool
    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float


@dataclass(frozen=True)
class Row:
    name: str
    pairs: list[Pair]

    def mean(self, figure: str, saturated: bool = False) -> float:
        """Over all pairs, or those with a saturated reference; NaN where there is none."""
        chosen = [getattr(p, figure) for p in self.pairs if p.saturated or not saturated]
        return fmean(chosen) if chosen else float("nan")

    @property
    def total(self) -> float:
        return self.mean("stego_psnr") + self.mean("revealed_psnr")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, metavar="FOLDER")
    parser.add_argument("--preset", default="base", help="base or a checkpoint's path")
    parser.add_argument("--runs", type=Path, help="folder of short runs to compare")
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--limit", type=int, help="the first so many pairs")
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    rows, runs, keys = [], [], []
    try:
        engine = load_engine(args.preset)
        with progress_bar(silent=False) as progress:
            for name, changed in variants(engine):
                rows.append(measure(name, changed, args.data, args.crop, args.limit))
                progress("parts taken out", len(rows), len(PARTS) + 2)
            keys = [
                measure(key, engine, args.data, args.crop, args.limit, wrong_key=key)
                for key in WRONG_KEYS
            ]
            for path in sorted(args.runs.glob("*/model.safetensors")) if args.runs else ():
                run = load_engine(str(path))
                runs.append(measure(path.parent.name, run, args.data, args.crop, args.limit))
    except SshrError as error:
        print(f"ablation_base: {error}", file=sys.stderr)
        return error.exit_code
    show("one part taken out of the trained network", rows)
    show("another k_sym at the receiver, with the right session key", keys)
    if runs:
        show("short runs of one equal budget", runs)
    if args.json:
        told = {"preset": args.preset, "checkpoint": engine.identity.hex(), "crop": args.crop}
        tables = {"parts": rows, "wrong_keys": keys, "runs": runs}
        tables = {name: [asdict(row) for row in table] for name, table in tables.items()}
        args.json.write_text(json.dumps({**told, **tables}, indent=1) + "\n")
    return 0


def load_engine(preset: str) -> Engine:
    """A network of kind `base`.

    Raises:
        UsageError: it is of another kind.
    """
    engine = Engine(load_model(preset, "cpu"))
    if not isinstance(engine.model.net, BaseNet):
        raise UsageError(f"{preset}: is not of kind base")
    return engine


def _without_diffusion(net: BaseNet) -> None:
    for module in net.diffusion.modules():
        if isinstance(module, GaussianRBF):
            module.weights.zero_()


def _without_reaction(net: BaseNet) -> None:
    for module in net.reaction.modules():
        if isinstance(module, Modulation):
            module.close()


def _without_estimator(net: BaseNet) -> None:
    net.estimator = None


def _without_correction(net: BaseNet) -> None:
    if net.tables is not None:
        net.allocation.close()


def _without_allocation(net: BaseNet) -> None:
    """The same gain for every coefficient of a band."""
    net.gains.exponent.zero_()


def _without_headroom(net: BaseNet) -> None:
    net.headroom = 0.0


PARTS: dict[str, Callable[[BaseNet], None]] = {
    "everything": lambda net: None,
    "linear start (nothing learned)": BaseNet.untrain,
    "without DT": _without_diffusion,
    "without CRT": _without_reaction,
    "without the receiver's estimator": _without_estimator,
    "without the learned allocation": _without_correction,
    "without any allocation inside a band": _without_allocation,
    "without headroom": _without_headroom,
}


def variants(engine: Engine) -> Iterator[tuple[str, Engine]]:
    """The network with one part at a time taken out."""
    for name, take_out in PARTS.items():
        net = copy.deepcopy(cast(BaseNet, engine.model.net))
        take_out(net)
        yield name, Engine(dataclasses.replace(engine.model, net=net))
    yield "without the keyed mix", without_mix(engine)
    yield "without power normalisation", _fixed_power(engine)


def _fixed_power(engine: Engine) -> Engine:
    """Every payload at the scale that suits a middling step of the coarse layer."""
    net = copy.deepcopy(cast(BaseNet, engine.model.net))
    normal = net.side
    fixed: list[Side] = []

    def side(secret, k_sym, coarse):  # type: ignore[no-untyped-def]
        made = normal(secret, k_sym, coarse)
        fixed.append(made)
        return dataclasses.replace(made, scales=fixed[0].scales)

    net.side = side  # type: ignore[method-assign]
    return Engine(dataclasses.replace(engine.model, net=net))


def measure(
    name: str,
    engine: Engine,
    folder: Path,
    crop: int,
    limit: int | None = None,
    wrong_key: str | None = None,
) -> Row:
    """All pairs of a folder, or the first `limit`, with another k_sym at the receiver if asked."""
    pairs, previous = [], None
    for own, shared in fixed_pairs(folder)[:limit]:
        secret, reference = (centre_crop(read_image(path).rgb, crop) for path in (own, shared))
        random = np.random.default_rng(len(pairs)).bytes
        case = conceal_case(engine, secret, reference, random)
        k_sym = case.k_sym
        if wrong_key == "another's":
            k_sym = k_sym.flip(1) if previous is None else previous
        elif wrong_key == "Gaussian":
            noise = np.random.default_rng(7).standard_normal(k_sym.shape)
            k_sym = k_sym.mean() + k_sym.std() * k_sym.new_tensor(noise)
        elif wrong_key:
            k_sym = k_sym.new_full(k_sym.shape, 0.0 if wrong_key == "zeros" else 1.0)
        revealed, _ = engine.reveal(
            case.stego, reference, k_sym, case.scales, case.session, case.header, no_step
        )
        previous = case.k_sym
        outside = ((reference < 5) | (reference > 250)).mean()
        figures = (
            *(psnr(case.stego, reference), ssim(case.stego, reference)),
            *(psnr(revealed, secret), ssim(revealed, secret)),
        )
        pairs.append(Pair(own.name, bool(outside > SATURATED), *figures))
    return Row(name, pairs)


def show(title: str, rows: list[Row]) -> None:
    saturated = sum(pair.saturated for pair in rows[0].pairs)
    table = Table(title=f"{title}: {len(rows[0].pairs)} pairs, {saturated} saturated references")
    for head in ("", "stego", "SSIM", "revealed", "SSIM", "sum", "exact", "revealed, saturated"):
        table.add_column(head, justify="right" if head else "left")
    for row in rows:
        exact = sum(pair.revealed_psnr >= MAX_PSNR for pair in row.pairs)
        table.add_row(
            row.name,
            f"{row.mean('stego_psnr'):.2f}",
            f"{row.mean('stego_ssim'):.4f}",
            f"{row.mean('revealed_psnr'):.2f}",
            f"{row.mean('revealed_ssim'):.4f}",
            f"{row.total:.2f}",
            str(exact),
            f"{row.mean('revealed_psnr', saturated=True):.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
