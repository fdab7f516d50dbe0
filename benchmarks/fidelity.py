"""Fidelity over the fixed pairs of folders, measured on written files.

    python benchmarks/fidelity.py FOLDER [FOLDER...] [--preset base] [--channel png] [--untrained]

Every pair is cropped to its centre. `png`: concealed with a passphrase by `sshr.conceal`, header
included, written as PNG and revealed from that file by a separate call. `float`: the network alone,
without a header; the receiver has the sender's own tensor, neither rounded nor clipped, which no
file holds. PSNR in dB, SSIM, MAE and RMSE in grey levels compare 8-bit RGB in both: stego with
reference, revealed with secret. `--untrained` measures the same network with every learned
correction taken out: the linear start that travels in the checkpoint. Session keys come from a
seed.
"""

import argparse
import copy
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from seeded import drawing

import sshr
from sshr.cli.progress import progress_bar
from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import SshrError, UsageError
from sshr.evaluation.methods.method import as_levels
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.evaluation.summary import DIGITS, EXACT, NAMES, Summary, check_set, summarise
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine, no_step
from sshr.types import Rgb8
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model

Transmit = Callable[[Rgb8, Rgb8, str], tuple[Rgb8, Rgb8]]
"""Secret, reference and seed -> the stego and what it reveals."""

KEYS = sshr.Keys(passphrase=sshr.passphrase_bytes("a passphrase for the benchmark only"))
ROLES = ("stego", "revealed")
STEP = 16
"""A network takes whole blocks of so many px; `sshr.conceal` brings other pictures to them."""


@dataclass(frozen=True)
class Pair:
    """Figures of one pair by name: `stego_psnr`, `revealed_ssim`, ... and `sum` of both PSNR."""

    secret: str
    reference: str
    figures: dict[str, float]


@dataclass(frozen=True)
class SetResult:
    """One folder; `summaries` by the figures' names."""

    name: str
    count: int
    summaries: dict[str, Summary]
    pairs: list[Pair]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--preset", default="base", help="base, paper or a checkpoint's path")
    parser.add_argument("--channel", choices=CHANNELS, default="png", help="float: no file")
    parser.add_argument("--untrained", action="store_true", help="without learned corrections")
    parser.add_argument("--crop", type=int, default=256, help="px, of the central square")
    parser.add_argument("--limit", type=int, help="the first so many pairs of each folder")
    parser.add_argument("--seed", type=int, default=1, help="of the session keys")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    if args.channel == "float" and args.crop % STEP:
        parser.error(f"--channel float needs a --crop that is a multiple of {STEP}")
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as work, progress_bar(silent=False) as progress:
            preset = args.preset
            if args.untrained:
                preset = untrained_checkpoint(preset, Path(work))
            checkpoint = load_model(preset).digest[:8].hex()
            transmit = partial(CHANNELS[args.channel], preset)
            results = [
                measure_set(folder, transmit, args.crop, args.limit, args.seed, progress)
                for folder in args.folders
            ]
    except SshrError as error:
        print(f"fidelity: {error}", file=sys.stderr)
        return error.exit_code
    label = f"{args.preset}{', untrained' if args.untrained else ''} ({checkpoint})"
    show(f"{label}, {args.channel}", args.crop, results)
    print(f"{time.monotonic() - started:.0f} s in all")
    if args.json:
        head = {"preset": args.preset, "untrained": args.untrained, "channel": args.channel}
        head |= {"checkpoint": checkpoint, "crop": args.crop, "seed": args.seed}
        sets = [asdict(result) for result in results]
        args.json.write_text(json.dumps({**head, "sets": sets}, indent=1) + "\n")
    return 0


def untrained_checkpoint(preset: str, folder: Path) -> str:
    """The path of a checkpoint with the preset's linear start and no learned correction.

    Raises:
        UsageError: the preset has no such start.
    """
    net = copy.deepcopy(load_model(preset, "cpu").net)
    try:
        net.body.untrain()
    except ValueError as error:
        raise UsageError(f"{preset}: {error}") from None
    path = folder / "untrained.safetensors"
    save_checkpoint(net, path)
    return str(path)


def measure_set(
    folder: Path,
    transmit: Transmit,
    crop: int,
    limit: int | None = None,
    seed: int = 1,
    progress: Progress = quiet,
) -> SetResult:
    """All pairs of one folder, or the first `limit`."""
    pairs = []
    chosen = fixed_pairs(folder)[:limit]
    for done, paths in enumerate(chosen):
        secret, reference = (centre_crop(read_image(path).rgb, crop) for path in paths)
        stego, revealed = transmit(secret, reference, f"{seed} {done}")
        figures = figures_of(secret, reference, stego, revealed)
        pairs.append(Pair(paths[0].name, paths[1].name, figures))
        progress(folder.name, done + 1, len(chosen))
    return summarised(folder.name, pairs)


def through_files(preset: str, secret: Rgb8, reference: Rgb8, seed: str) -> tuple[Rgb8, Rgb8]:
    """Conceal, write, reveal from the file, write: what the files hold."""
    with tempfile.TemporaryDirectory() as folder:
        names = ("secret", "reference", "stego", "revealed")
        own, shared, stego, revealed = (Path(folder) / f"{name}.png" for name in names)
        write_image(own, secret)
        write_image(shared, reference)
        with drawing(seed):
            write_image(stego, sshr.conceal(own, shared, KEYS, preset=preset).image)
        sshr.reveal(stego, shared, KEYS, preset=preset).save(revealed)
        return read_image(stego).rgb, read_image(revealed).rgb


def as_tensor(preset: str, secret: Rgb8, reference: Rgb8, seed: str) -> tuple[Rgb8, Rgb8]:
    """The network alone; the stego is rounded to the nearest level for its figures only."""
    engine = Engine(load_model(preset))
    session = Session(random.Random(seed).randbytes(KEY_BYTES))
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, session, no_step)
    shared = reference, k_sym, made.scales, session
    return as_levels(made.unrounded), engine.reveal(made.unrounded, *shared, no_step)


CHANNELS = {"png": through_files, "float": as_tensor}


def figures_of(secret: Rgb8, reference: Rgb8, stego: Rgb8, revealed: Rgb8) -> dict[str, float]:
    """All figures of one pair, pictures (H, W, 3) uint8 RGB."""
    compared = {"stego": (stego, reference), "revealed": (revealed, secret)}
    figures = {
        f"{role}_{name}": float(metric(*pictures))
        for role, pictures in compared.items()
        for name, metric in EXACT.items()
    }
    return figures | {"sum": figures["stego_psnr"] + figures["revealed_psnr"]}


def summarised(name: str, pairs: list[Pair]) -> SetResult:
    """Means over a set.

    Raises:
        EvaluationError: its figures contradict one another.
    """
    for role in ROLES:
        rows = [{kind: pair.figures[f"{role}_{kind}"] for kind in EXACT} for pair in pairs]
        check_set(rows, f"{name}, {role}")
    summaries = {}
    for figure in pairs[0].figures:
        found = summarise(pair.figures[figure] for pair in pairs)
        assert found is not None
        summaries[figure] = found
    return SetResult(name, len(pairs), summaries, pairs)


def show(label: str, crop: int, results: list[SetResult]) -> None:
    """A table for each folder."""
    console = Console()
    for result in results:
        table = Table(title=f"{result.name}: {result.count} pairs of {crop} px, {label}")
        for head in ("figure", "mean", "standard error", "min", "max"):
            table.add_column(head, justify="left" if head == "figure" else "right")
        for name, found in result.summaries.items():
            digits = DIGITS.get(name.partition("_")[2], 2)
            row = (found.mean, found.standard_error, found.min, found.max)
            table.add_row(title(name), *("-" if v is None else f"{v:.{digits}f}" for v in row))
        console.print(table)


def title(figure: str) -> str:
    """`stego_psnr` in words."""
    role, _, kind = figure.partition("_")
    return f"{role} {NAMES[kind]}" if kind else "stego + revealed PSNR"


if __name__ == "__main__":
    sys.exit(main())
