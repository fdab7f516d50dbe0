"""Fidelity over the fixed pairs of folders, measured on written files.

    python benchmarks/fidelity.py FOLDER [FOLDER...] [--preset base] [--untrained] [--limit N]

Every pair is cropped to its centre, concealed with a passphrase, written as PNG and revealed from
that file by a separate call. PSNR in dB, SSIM, MAE and RMSE in grey levels compare 8-bit RGB files:
stego with reference, revealed with secret. `--untrained` measures the same network with every
learned correction taken out: the linear start that travels in the checkpoint.
"""

import argparse
import copy
import json
import math
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
from rich.console import Console
from rich.table import Table

import sshr
from sshr.cli.progress import progress_bar
from sshr.errors import SshrError, UsageError
from sshr.evaluation.metrics import MAX_PSNR, mae, psnr, rmse, ssim
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.network.base import BaseNet
from sshr.pipeline.progress import Progress, quiet
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model

KEYS = sshr.Keys(passphrase=sshr.passphrase_bytes("a passphrase for the benchmark only"))
METRICS = {"psnr": psnr, "ssim": ssim, "mae": mae, "rmse": rmse}
HIGHER_IS_BETTER = {"psnr": True, "ssim": True, "mae": False, "rmse": False, "sum": True}


@dataclass(frozen=True)
class Pair:
    """Figures of one pair by name: `stego_psnr`, `revealed_ssim`, ... and `sum` of both PSNR."""

    secret: str
    reference: str
    figures: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """One figure over a set; the standard error is that of the mean, None for a single pair."""

    mean: float
    standard_error: float | None
    worst: float


@dataclass(frozen=True)
class SetResult:
    name: str
    pairs: list[Pair]
    summaries: dict[str, Summary]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--preset", default="base", help="base, paper or a checkpoint's path")
    parser.add_argument("--untrained", action="store_true", help="without learned corrections")
    parser.add_argument("--crop", type=int, default=256, help="px, of the central square")
    parser.add_argument("--limit", type=int, help="the first so many pairs of each folder")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as work, progress_bar(silent=False) as progress:
            preset = args.preset
            if args.untrained:
                preset = untrained_checkpoint(preset, Path(work))
            checkpoint = load_model(preset).digest[:8].hex()
            results = [
                measure_set(folder, preset, args.crop, args.limit, progress)
                for folder in args.folders
            ]
    except SshrError as error:
        print(f"fidelity: {error}", file=sys.stderr)
        return error.exit_code
    label = f"{args.preset}{', untrained' if args.untrained else ''} ({checkpoint})"
    show(label, args.crop, results, time.monotonic() - started)
    if args.json:
        head = {"preset": args.preset, "untrained": args.untrained, "checkpoint": checkpoint}
        sets = [asdict(result) for result in results]
        args.json.write_text(json.dumps({**head, "crop": args.crop, "sets": sets}, indent=1) + "\n")
    return 0


def untrained_checkpoint(preset: str, folder: Path) -> str:
    """The path of a checkpoint with the preset's linear start and no learned correction.

    Raises:
        UsageError: the preset has no such start.
    """
    net = load_model(preset, "cpu").net
    if not isinstance(net, BaseNet):
        raise UsageError(f"preset {preset} has no linear start: --untrained is for base")
    net = copy.deepcopy(net)
    net.untrain()
    path = folder / "untrained.safetensors"
    save_checkpoint(net, path)
    return str(path)


def measure_set(
    folder: Path, preset: str, crop: int, limit: int | None = None, progress: Progress = quiet
) -> SetResult:
    """All pairs of one folder, or the first `limit`."""
    pairs = []
    chosen = fixed_pairs(folder)[:limit]
    for done, (secret, reference) in enumerate(chosen, start=1):
        with tempfile.TemporaryDirectory() as work:
            pairs.append(measure_pair(secret, reference, preset, crop, Path(work)))
        progress(folder.name, done, len(chosen))
    return summarised(folder.name, pairs)


def measure_pair(secret: Path, reference: Path, preset: str, crop: int, work: Path) -> Pair:
    """Conceal, write, reveal from the file, write; then measure what the four files hold."""
    own, shared = work / "secret.png", work / "reference.png"
    stego, revealed = work / "stego.png", work / "revealed.png"
    for source, target in ((secret, own), (reference, shared)):
        write_image(target, centre_crop(read_image(source).rgb, crop))
    write_image(stego, sshr.conceal(own, shared, KEYS, preset).image)
    sshr.reveal(stego, shared, KEYS, preset=preset).save(revealed)
    images = {path.stem: read_image(path).rgb for path in (own, shared, stego, revealed)}
    return Pair(secret.name, reference.name, figures_of(**images))


def figures_of(
    secret: np.ndarray, reference: np.ndarray, stego: np.ndarray, revealed: np.ndarray
) -> dict[str, float]:
    """All figures of one pair, pictures (H, W, 3) uint8 RGB."""
    figures = {**compare("stego", stego, reference), **compare("revealed", revealed, secret)}
    figures["sum"] = figures["stego_psnr"] + figures["revealed_psnr"]
    return figures


def compare(role: str, image: np.ndarray, base: np.ndarray) -> dict[str, float]:
    return {f"{role}_{name}": float(metric(image, base)) for name, metric in METRICS.items()}


def summarised(name: str, pairs: list[Pair]) -> SetResult:
    """Means over a set, once its figures are found to agree with one another."""
    summaries = {
        figure: summarise([pair.figures[figure] for pair in pairs], HIGHER_IS_BETTER[kind])
        for figure in pairs[0].figures
        for kind in (kind_of(figure),)
    }
    check_set(pairs, summaries)
    return SetResult(name, pairs, summaries)


def kind_of(name: str) -> str:
    return name.rsplit("_", 1)[-1]


def summarise(values: list[float], higher_is_better: bool) -> Summary:
    error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    return Summary(fmean(values), error, min(values) if higher_is_better else max(values))


def check_set(pairs: list[Pair], summaries: dict[str, Summary]) -> None:
    """What must hold between metrics of one set of pixels, whatever the method.

    Raises:
        AssertionError: a figure contradicts another; nothing of it should be printed.
    """

    def require(holds: bool, what: str) -> None:
        if not holds:
            raise AssertionError(f"the metrics contradict each other: {what}")

    for role in ("stego", "revealed"):
        for pair in pairs:
            of = {name: pair.figures[f"{role}_{name}"] for name in METRICS}
            require(of["mae"] <= of["rmse"] + 1e-9, f"MAE > RMSE ({pair.secret})")
            require(-1 <= of["ssim"] <= 1 + 1e-6, f"SSIM outside [-1, 1] ({pair.secret})")
            level = MAX_PSNR if of["rmse"] == 0 else 20 * math.log10(255 / of["rmse"])
            require(abs(min(level, MAX_PSNR) - of["psnr"]) < 1e-6, f"PSNR, RMSE ({pair.secret})")
        # Jensen: the mean RMSE is at least the RMSE of the mean PSNR.
        bound = 255 * 10 ** (-summaries[f"{role}_psnr"].mean / 20)
        least = 255 * 10 ** (-MAX_PSNR / 20)  # what an exact picture counts as in a mean PSNR
        mean = fmean(max(pair.figures[f"{role}_rmse"], least) for pair in pairs)
        require(mean >= bound * (1 - 1e-9), f"mean PSNR and RMSE, {role}")
    both = summaries["stego_psnr"].mean + summaries["revealed_psnr"].mean
    require(abs(both - summaries["sum"].mean) < 1e-6, "the sum of the PSNR means")


def show(label: str, crop: int, results: list[SetResult], seconds: float) -> None:
    console = Console()
    for result in results:
        table = Table(title=f"{result.name}: {len(result.pairs)} pairs of {crop} px, {label}")
        for head in ("figure", "mean", "standard error", "worst"):
            table.add_column(head, justify="left" if head == "figure" else "right")
        for name, summary in result.summaries.items():
            digits = 4 if kind_of(name) == "ssim" else 2
            row = (summary.mean, summary.standard_error, summary.worst)
            title = "stego + revealed PSNR" if name == "sum" else written(name)
            table.add_row(title, *("-" if v is None else f"{v:.{digits}f}" for v in row))
        console.print(table)
    console.print(f"through written PNG files, 8-bit RGB; {seconds:.0f} s in all", highlight=False)


def written(name: str) -> str:
    """`stego_psnr` as a title."""
    role, metric = name.split("_")
    return f"{role} {metric.upper()}"


if __name__ == "__main__":
    sys.exit(main())
