"""The ablation of the paper's Table 5 on our runs: each part taken out of the full network.

    python benchmarks/ablation_paper.py RUNS --data FOLDER [--json OUT]

RUNS holds one folder for each row, `full`, `no-pm`, `no-wavelet`, `no-repconv` and `no-cigm`, with
a `model.safetensors` trained by the recipe of that name (`sshr/training/recipes/ablation/`). A row
is scored as `paper_protocol.py` does it; rows without a run stay empty. The paper adds its parts
one by one instead, so only two of its rows answer to one of ours: its numbers are quoted.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from paper_protocol import CHANNELS, Protocol, load_engine, means, measure_folder
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError, UsageError
from sshr.network.config import PaperConfig
from sshr.pipeline.engine import Engine
from sshr.pipeline.progress import Progress, quiet

FULL = "full"
SWITCHES: dict[str, dict[str, bool | str]] = {
    FULL: {},
    "no-pm": {"diffusion_term": False},
    "no-wavelet": {"transform": "unshuffle:2"},
    "no-repconv": {"reparameterised": False},
    "no-cigm": {"guided": False},
}
TITLES = {
    FULL: "full",
    "no-pm": "no PM",
    "no-wavelet": "no wavelet",
    "no-repconv": "no Rep-Conv",
    "no-cigm": "no CIGM",
}


@dataclass(frozen=True)
class Quoted:
    """A row of the paper's Table 5: its parts, and which of our rows has the same ones."""

    parts: str
    ours: str | None
    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float

    def cells(self) -> list[str]:
        stego = [f"{self.stego_psnr:.2f}", f"{self.stego_ssim:.4f}"]
        revealed = [f"{self.revealed_psnr:.2f}", f"{self.revealed_ssim:.4f}"]
        return [*stego, *revealed, f"{self.stego_psnr + self.revealed_psnr:.2f}"]


TABLE_5 = (
    Quoted("none", None, 30.25, 0.7862, 37.77, 0.9489),
    Quoted("PM", None, 35.37, 0.8050, 41.36, 0.9624),
    Quoted("PM, wavelet", None, 37.96, 0.9318, 42.24, 0.9969),
    Quoted("PM, wavelet, Rep-Conv", "no-cigm", 39.92, 0.9670, 45.19, 0.9758),
    Quoted("PM, wavelet, Rep-Conv, CIGM", FULL, 41.32, 0.9897, 48.56, 0.9988),
)


@dataclass(frozen=True)
class Row:
    """One run: which checkpoint, its size, its scores."""

    name: str
    checkpoint: str
    parameters: int
    scores: Protocol


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", type=Path, metavar="RUNS")
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--crop", type=int, default=256, help="px, a multiple of 16 up to 320")
    parser.add_argument("--limit", type=int, help="the first so many pairs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    if args.crop % 16 or not 64 <= args.crop <= 320:
        parser.error("--crop must be a multiple of 16 from 64 to 320")
    try:
        engines = find_runs(args.runs)
        with progress_bar(silent=False) as progress:
            rows = [
                measured(name, engine, args.data, args.crop, args.limit, progress)
                for name, engine in engines.items()
            ]
    except SshrError as error:
        print(f"ablation_paper: {error}", file=sys.stderr)
        return error.exit_code
    show(rows, args.crop)
    if args.json:
        told = {"crop": args.crop, "runs": [asdict(row) for row in rows]}
        quoted = [asdict(row) for row in TABLE_5]
        args.json.write_text(json.dumps({**told, "quoted_table_5": quoted}, indent=1) + "\n")
    return 0


def find_runs(folder: Path) -> dict[str, Engine]:
    """The networks that are there, in the order of the rows.

    Raises:
        UsageError: none is there, or one is not the full network with its part taken out.
        CheckpointError: a bad file.
    """
    paths = {name: folder / name / "model.safetensors" for name in SWITCHES}
    engines = {name: load_engine(str(path)) for name, path in paths.items() if path.is_file()}
    if not engines:
        raise UsageError(f"{folder}: holds no run, such as {paths[FULL].relative_to(folder)}")
    check_configs({name: engine.model.net.config for name, engine in engines.items()})
    return engines


def check_configs(configs: Mapping[str, object]) -> None:
    """Rows may differ by their switch alone: `full` put back, all must be one network.

    Raises:
        UsageError: they are not.
    """
    restored = set()
    for name, config in configs.items():
        assert isinstance(config, PaperConfig)
        if replace(config, **SWITCHES[name]) != config:
            raise UsageError(f"{name}: its network still has the part that the row is without")
        printed = {entry: getattr(PaperConfig(), entry) for entry in SWITCHES[name]}
        restored.add(replace(config, **printed))
    if len(restored) > 1:
        raise UsageError("the runs' networks differ by more than the part taken out")


def measured(
    name: str,
    engine: Engine,
    data: Path,
    crop: int,
    limit: int | None = None,
    progress: Progress = quiet,
) -> Row:
    scores = measure_folder(engine, data, crop, limit, progress=progress)
    return Row(name, engine.identity.hex(), engine.model.net.parameter_count(), scores)


def show(rows: list[Row], crop: int) -> None:
    console, found = Console(), {row.name: row for row in rows}
    quoted = {row.ours: row for row in TABLE_5}
    pairs = len(rows[0].scores.channels["png"].pairs)
    table = Table("network", "channel", title=f"{rows[0].scores.name}: {pairs} pairs of {crop} px")
    for head in ("stego PSNR", "SSIM", "revealed PSNR", "SSIM", "sum"):
        table.add_column(head, justify="right")
    for name, title in TITLES.items():
        table.add_section()
        if name not in found:
            table.add_row(title, "no run")
        for channel in CHANNELS if name in found else ():
            table.add_row(title, *means(channel, found[name].scores.channels[channel]))
        if name in quoted:
            table.add_row(title, "quoted", *quoted[name].cells(), style="dim")
    console.print(table)
    table = Table("parts", title="quoted from the paper's Table 5, its data set not named")
    for head in ("stego PSNR", "SSIM", "revealed PSNR", "SSIM", "sum"):
        table.add_column(head, justify="right")
    for row in TABLE_5:
        table.add_row(row.parts, *row.cells())
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
