"""Time and memory against megapixels and against jobs, with the fitted exponent.

    python benchmarks/scaling.py [--megapixels 1 3 12 50] [--jobs 1 2] [--json OUT]

Whole `sshr conceal` and `sshr reveal` processes on pairs of 4:3 pictures, and on a folder of small
ones. Of processor time t ~ a megapixels^e: e is fitted by least squares to the logarithms of what
lies above the time of the smallest pair's start (a 64x64 pair). Memory is told per megapixel.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from commands import both_ways, folder_commands, pair_of
from measuring import run_sshr
from printing import keep, show
from speed import PASSPHRASE

from sshr.cli.progress import progress_bar


@dataclass(frozen=True)
class SizeUsage:
    """One command on a pair of so many megapixels."""

    command: str
    megapixels: float
    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Growth:
    """How a command grows between the smallest and the largest pair.

    Attributes:
        exponent: of processor time.
        bytes_a_pixel: of peak memory.
    """

    command: str
    exponent: float
    bytes_a_pixel: float


@dataclass(frozen=True)
class JobUsage:
    """A folder of pictures by so many processes."""

    jobs: int
    pictures: int
    seconds: float
    cpu_seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1, 3, 12, 50])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pictures", type=int, default=40, help="of the folder")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    sizes = [(64, 64), *(size_of(one) for one in sorted(args.megapixels))]
    uses: list[SizeUsage] = []
    jobs: list[JobUsage] = []
    with progress_bar(silent=False) as progress, tempfile.TemporaryDirectory() as work:
        for done, size in enumerate(sizes, start=1):
            uses += measured(size, args.threads, Path(work))
            progress("sizes", done, len(sizes))
        for done, count in enumerate(args.jobs, start=1):
            with tempfile.TemporaryDirectory() as other:
                jobs.append(by_jobs(count, args.pictures, args.threads, Path(other)))
            progress("jobs", done, len(args.jobs))
    growth = [grown([use for use in uses if use.command == name]) for name in ("conceal", "reveal")]
    show(f"by size, {args.threads} threads", uses)
    show("growth", growth)
    show("by jobs", jobs)
    keep(args.json, threads=args.threads, sizes=uses, growth=growth, jobs=jobs)
    return 0


def size_of(megapixels: float) -> tuple[int, int]:
    """Width and height, 4:3."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    return round(height * 4 / 3), height


def measured(size: tuple[int, int], threads: int, folder: Path) -> list[SizeUsage]:
    """Conceal and reveal of one pair, whose files are removed afterwards."""
    pair, found = pair_of(folder, size), []
    for command, words in both_ways(pair, ()).items():
        use = run_sshr(words, PASSPHRASE, threads)
        pixels = size[0] * size[1] / 1e6
        found.append(SizeUsage(command, pixels, use.seconds, use.cpu_seconds, use.peak_bytes))
    for path in pair:
        path.unlink(missing_ok=True)  # large ones would fill the disk
    return found


def grown(uses: Sequence[SizeUsage]) -> Growth:
    """From the smallest, which stands for the start, to the largest."""
    start, *others = sorted(uses, key=lambda use: use.megapixels)
    sizes = np.log([use.megapixels for use in others])
    times = np.log([max(use.cpu_seconds - start.cpu_seconds, 1e-3) for use in others])
    exponent = float(np.polyfit(sizes, times, 1)[0]) if len(others) > 1 else float("nan")
    last = others[-1]
    pixels = 1e6 * (last.megapixels - start.megapixels)
    return Growth(start.command, exponent, (last.peak_bytes - start.peak_bytes) / pixels)


def by_jobs(jobs: int, pictures: int, threads: int, folder: Path) -> JobUsage:
    """A folder of small pictures."""
    words, _ = folder_commands(folder, pictures)[f"{pictures} pictures"]
    use = run_sshr([*words[:-1], str(jobs)], PASSPHRASE, threads)
    return JobUsage(jobs, pictures, use.seconds, use.cpu_seconds)


if __name__ == "__main__":
    sys.exit(main())
