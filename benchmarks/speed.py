"""Speed and memory: medians after warm-up, beside a peer of HiNet's layer plan in the same run.

    python benchmarks/speed.py [--threads 2] [--repeats 9] [--size 4000x3000] [--json OUT]

Prints the time of the networks alone for one 256x256 tile, parameters and operations, whole
processes of the command line at 256x256, and the same with peak memory for a large pair.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import torch
from hinet_peer import HiNetPeer
from measuring import Usage, flops, median_seconds, run_sshr
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.crypto.session import Session
from sshr.errors import SshrError
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.network.mix import Mix
from sshr.network.model import StegoNet
from sshr.zoo.registry import load_model

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
SECRET, REFERENCE = PHOTOS / "parrots.png", PHOTOS / "lighthouse.png"
SIDE = 256
PASSPHRASE = "a passphrase for the benchmark only"
PRESETS = ("base", "paper")
NOISE = 2.0  # grey levels: enlarged pictures are smoother than a camera's, and compress too well


@dataclass
class Network:
    """One network at one 256x256 tile: seconds and operations each way."""

    name: str
    parameters: int
    conceal_seconds: float
    reveal_seconds: float
    conceal_flops: int
    reveal_flops: int


@dataclass
class Whole:
    """A whole process of the command line."""

    command: str
    size: str
    seconds: float
    peak_bytes: int


@dataclass
class Result:
    machine: str
    threads: int
    repeats: int
    networks: list[Network] = field(default_factory=list)
    mix_seconds: float = 0.0
    processes: list[Whole] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=9, help="of everything but the large pair")
    parser.add_argument("--size", type=size, default=(4000, 3000), help="of the large pair, WxH")
    parser.add_argument("--large-repeats", type=int, default=1, help="0 leaves the large pair out")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = Result(machine(), args.threads, args.repeats)
    stages = [
        *((f"network {name}", preset_stage(name, args.repeats)) for name in PRESETS),
        ("peer", lambda: measure_peer(args.repeats)),
    ]
    try:
        with progress_bar(silent=False) as progress, tempfile.TemporaryDirectory() as work:
            for done, (stage, measure) in enumerate(stages, start=1):
                result.networks.append(measure())
                progress("networks", done, len(stages))
            result.mix_seconds = median_seconds(keyed_mix, args.repeats)
            for side, repeats in (((SIDE, SIDE), args.repeats), (args.size, args.large_repeats)):
                label = f"{side[0]}x{side[1]}"
                for done, whole in enumerate(
                    measure_processes(side, repeats, args.threads, Path(work)), start=1
                ):
                    result.processes.append(whole)
                    progress(f"processes at {label}", done, 2)
    except SshrError as error:
        print(f"speed: {error}", file=sys.stderr)
        return error.exit_code
    show(result)
    if args.json:
        args.json.write_text(json.dumps(asdict(result), indent=1) + "\n")
    return 0
