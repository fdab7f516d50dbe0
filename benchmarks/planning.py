"""What `sshr conceal --dry-run` expects of time and memory: the constants of the forecast.

    python benchmarks/planning.py [--sizes 256x256 1024x768 2048x1536] [--repeats 1] [--json OUT]

Runs whole `sshr conceal` processes without a passphrase, verification and all, on one thread, and
fits a start and a cost per megapixel to the processor time (not the wall time: other programs on
the machine would count) and to the peak memory. Prints the dry run's own estimate beside them.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measuring import run_sshr
from PIL import Image
from printing import keep, show
from speed import REFERENCE, SECRET, width_height

from sshr.imaging.reading import read_image
from sshr.transports.analog import forecast


@dataclass(frozen=True)
class ConcealUse:
    """Of one process: megapixels worked on, seconds of processor time, peak memory in MiB."""

    megapixels: float
    seconds: float
    mebibytes: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--sizes", nargs="+", type=width_height, default=[(256, 256), (1024, 768), (2048, 1536)]
    )
    parser.add_argument("--repeats", type=int, default=1, help="the least of so many counts")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        uses = [measured(size, args.repeats, Path(work)) for size in args.sizes]
    show("whole conceals", uses)
    sizes = np.array([use.megapixels for use in uses])
    rows = {}
    for name in ("seconds", "mebibytes"):
        each, start = np.polyfit(sizes, np.array([getattr(use, name) for use in uses]), 1)
        rows[name] = {"start": float(start), "a_megapixel": float(each)}
        print(f"{name}: {start:.2f} + {each:.2f} a megapixel")
    print(
        f"in use: {forecast.START_SECONDS} + {forecast.SECONDS_A_MEGAPIXEL} s, "
        f"{forecast.START_MIB} + {forecast.MIB_A_MEGAPIXEL} MiB"
    )
    keep(args.json, measured=uses, fitted=rows)
    return 0


def measured(size: tuple[int, int], repeats: int, work: Path) -> ConcealUse:
    """Conceal at this (width, height)."""
    names = []
    for path in (SECRET, REFERENCE):
        image = Image.fromarray(read_image(path).rgb).resize(size, Image.Resampling.LANCZOS)
        names.append(work / f"{path.stem}-{size[0]}x{size[1]}.png")
        image.save(names[-1])
    words = ("conceal", *names[:1], "-r", *names[1:], "--no-passphrase", "--force")
    runs = [
        run_sshr((*words, "-o", work / "stego.png"), "none is needed", 1) for _ in range(repeats)
    ]
    best = min(runs, key=lambda run: run.cpu_seconds)
    return ConcealUse(size[0] * size[1] / 1e6, best.cpu_seconds, best.peak_bytes / 2**20)


if __name__ == "__main__":
    sys.exit(main())
