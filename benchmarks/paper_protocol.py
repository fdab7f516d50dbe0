"""The paper's protocol on a network of kind `paper`: fixed pairs, centre crops, two channels.

    python benchmarks/paper_protocol.py FOLDER [FOLDER...] [--preset paper] [--untrained]

`float`: the receiver reveals from the sender's own tensor, neither rounded nor clamped, as most
published figures are made. `png`: the stego is written as 8-bit PNG and read again. The scheme
has no header, so nothing else is transmitted, and the stego is written whatever its quality. All
figures compare 8-bit RGB pictures; only what the receiver starts from differs. Wrong keys stand in
the place of k_sym on the written stego; `grey` is the secret's own mean grey.

`--untrained` measures the same architecture freshly initialised: the start of a training run.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from fidelity import Pair, SetResult, figures_of, summarised
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.errors import SshrError, UsageError
from sshr.evaluation.attacks import Attack, run_attack
from sshr.evaluation.cases import Case
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.evaluation.scores import score
from sshr.evaluation.tensors import to_levels, to_tensor
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.network.paper import PaperNet
from sshr.pipeline.engine import SCALE, Engine
from sshr.pipeline.progress import Progress, quiet
from sshr.zoo.checkpoint import build, save_checkpoint
from sshr.zoo.registry import load_model

CHANNELS = ("float", "png")
WRONG_KEYS = {
    "constant, one": Attack("right", "right", "ones"),
    "constant, as large as k_sym": Attack("right", "right", "mean"),
    "Gaussian, as k_sym": Attack("right", "right", "Gaussian"),
    "k_pub_s": Attack("right", "right", "public key"),
    "another pair's k_sym": Attack("right", "right", "another's"),
}
OTHER = 3
"""A pair and the third after it share neither secret nor reference, of four pairs at least."""

Rgb8 = NDArray[np.uint8]


@dataclass(frozen=True)
class WrongKey:
    """Means over a set of what one wrong k_sym reveals, beside the secret's own mean grey."""

    key: str
    psnr: float
    grey_psnr: float
    ssim: float
    grey_ssim: float


@dataclass(frozen=True)
class Protocol:
    """One folder: figures by channel, and what wrong keys reveal from the written stego."""

    name: str
    channels: dict[str, SetResult]
    wrong_keys: list[WrongKey]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--preset", default="paper", help="paper or a checkpoint's path")
    parser.add_argument("--untrained", action="store_true", help="freshly initialised instead")
    parser.add_argument("--crop", type=int, default=256, help="px, a multiple of 16 up to 320")
    parser.add_argument("--limit", type=int, help="the first so many pairs of each folder")
    parser.add_argument("--seed", type=int, default=1, help="of --untrained and of wrong keys")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    if args.crop % 16 or not 64 <= args.crop <= 320:
        parser.error("--crop must be a multiple of 16 from 64 to 320")
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as work, progress_bar(silent=False) as progress:
            engine = load_engine(args.preset)
            if args.untrained:
                engine = fresh_engine(engine, args.seed, Path(work))
            results = [
                measure_folder(engine, folder, args.crop, args.limit, args.seed, progress)
                for folder in args.folders
            ]
    except SshrError as error:
        print(f"paper_protocol: {error}", file=sys.stderr)
        return error.exit_code
    label = f"untrained, seed {args.seed}" if args.untrained else args.preset
    checkpoint = engine.identity.hex()
    show(f"{label} ({checkpoint})", args.crop, results)
    print(f"{time.monotonic() - started:.0f} s in all")
    if args.json:
        head = {"preset": args.preset, "untrained": args.untrained, "checkpoint": checkpoint}
        sets = [asdict(result) for result in results]
        told = {**head, "crop": args.crop, "seed": args.seed, "sets": sets}
        args.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0


def load_engine(preset: str) -> Engine:
    """A network of kind `paper`, by preset or path.

    Raises:
        UsageError: it is of another kind.
        CheckpointError: see `load_model`.
    """
    loaded = load_model(preset, "cpu")
    if not isinstance(loaded.net, PaperNet):
        raise UsageError(f"{preset} is not of kind paper: benchmarks/fidelity.py measures it")
    return Engine(loaded)


def fresh_engine(engine: Engine, seed: int, folder: Path) -> Engine:
    """The same architecture at the start of its training; AlexNet's frozen features are kept."""
    torch.manual_seed(seed)
    net = build(engine.model.net.config)
    net.features.load_state_dict(engine.model.net.features.state_dict())
    path = folder / "fresh.safetensors"
    save_checkpoint(net, path)
    return load_engine(str(path))


def measure_folder(
    engine: Engine,
    folder: Path,
    crop: int,
    limit: int | None = None,
    seed: int = 1,
    progress: Progress = quiet,
) -> Protocol:
    """All pairs of one folder, or the first `limit`, in both channels and with wrong keys."""
    chosen = fixed_pairs(folder)[:limit]
    cases: list[Case] = []
    pairs: dict[str, list[Pair]] = {channel: [] for channel in CHANNELS}
    with tempfile.TemporaryDirectory() as work:
        for done, (own, shared) in enumerate(chosen, start=1):
            secret, reference = (centre_crop(read_image(p).rgb, crop) for p in (own, shared))
            case, revealed = transmit(engine, secret, reference, Path(work) / f"{done}.png")
            cases.append(case)
            for channel in CHANNELS:
                figures = figures_of(secret, reference, case.stego, revealed[channel])
                pairs[channel].append(Pair(own.name, shared.name, figures))
            progress(folder.name, done, len(chosen))
    channels = {channel: summarised(folder.name, pairs[channel]) for channel in CHANNELS}
    return Protocol(folder.name, channels, try_wrong_keys(engine, cases, seed, progress))


@torch.inference_mode()
def transmit(
    engine: Engine, secret: Rgb8, reference: Rgb8, path: Path
) -> tuple[Case, dict[str, Rgb8]]:
    """Conceal, write the stego to `path`, reveal: (H, W, 3) uint8 for each channel."""
    net, public_key = engine.model.net, engine.public_key(secret)
    k_sym = engine.symmetric_key(public_key, reference)
    own, shared = to_tensor(secret), to_tensor(reference)
    side = net.side(own, k_sym, None)
    sent = net.conceal(own, shared, k_sym, side, None)
    write_image(path, to_levels(sent))
    stego = read_image(path).rgb
    revealed = {
        channel: to_levels(net.reveal(received, shared, k_sym, side, None))
        for channel, received in zip(CHANNELS, (sent, to_tensor(stego)), strict=True)
    }
    held = np.ones(1, SCALE).tobytes()
    header = np.zeros(reference.shape, bool)
    session = Session(bytes(KEY_BYTES))
    case = Case(secret, reference, stego, public_key, k_sym, held, session, header)
    return case, revealed


def try_wrong_keys(
    engine: Engine, cases: Sequence[Case], seed: int, progress: Progress = quiet
) -> list[WrongKey]:
    """What each wrong k_sym reveals from the written stegos."""
    rows, draw = [], partial(_drawn, np.random.default_rng(seed))
    for done, (name, attack) in enumerate(WRONG_KEYS.items(), start=1):
        found = []
        for i, case in enumerate(cases):
            other = cases[(i + OTHER) % len(cases)]
            found.append(score(run_attack(engine, attack, case, other, draw), case.secret))
        figures = ("psnr", "grey_psnr", "ssim", "grey_ssim")
        rows.append(WrongKey(name, *(fmean(getattr(s, f) for s in found) for f in figures)))
        progress("wrong keys", done, len(WRONG_KEYS))
    return rows


def show(label: str, crop: int, results: list[Protocol]) -> None:
    console = Console()
    for result in results:
        count = len(result.channels["png"].pairs)
        table = Table("channel", title=f"{result.name}: {count} pairs of {crop} px, {label}")
        for head in ("stego PSNR", "SSIM", "revealed PSNR", "SSIM", "sum", "worst stego"):
            table.add_column(head, justify="right")
        for channel, found in result.channels.items():
            table.add_row(*means(channel, found), f"{found.summaries['stego_psnr'].worst:.2f}")
        console.print(table)
        table = Table("k_sym, png", title="with a wrong key, against the secret")
        for head in ("revealed PSNR", "grey", "SSIM", "grey"):
            table.add_column(head, justify="right")
        for row in result.wrong_keys:
            psnrs = (f"{value:.2f}" for value in (row.psnr, row.grey_psnr))
            ssims = (f"{value:.4f}" for value in (row.ssim, row.grey_ssim))
            table.add_row(row.key, *psnrs, *ssims)
        console.print(table)
    console.print("float: revealed from the sender's tensor, which no file holds", highlight=False)


def means(channel: str, found: SetResult) -> list[str]:
    """A table's cells: channel, stego PSNR and SSIM, revealed PSNR and SSIM, sum of the PSNR."""
    mean = {name: summary.mean for name, summary in found.summaries.items()}
    cells = [channel]
    for role in ("stego", "revealed"):
        cells += [f"{mean[f'{role}_psnr']:.2f}", f"{mean[f'{role}_ssim']:.4f}"]
    return [*cells, f"{mean['sum']:.2f}"]


def _drawn(rng: np.random.Generator, count: int) -> bytes:
    return rng.bytes(count)


if __name__ == "__main__":
    sys.exit(main())
