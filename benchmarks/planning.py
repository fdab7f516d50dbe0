"""What `sshr conceal --dry-run` expects of time and memory: the constants of the forecast.

    python benchmarks/planning.py [--sizes 256x256 1024x768 2048x1536] [--repeats 1] [--json OUT]

Runs whole `sshr conceal` processes, Argon2id, verification and all, on one thread, and fits a start
and a cost per megapixel to the processor time (not the wall time: other programs on the machine
would count) and to the peak memory. Prints the dry run's own estimate beside them.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from printing import keep, show
from speed import measured_processes, width_height

from sshr.transports.analog import forecast


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--sizes", nargs="+", type=width_height, default=[(256, 256), (1024, 768), (2048, 1536)]
    )
    parser.add_argument("--repeats", type=int, default=1, help="the least of so many counts")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        uses = [next(measured_processes(size, args.repeats, 1, Path(work))) for size in args.sizes]
    show("whole conceals", uses)
    sizes = np.array([width * height / 1e6 for width, height in args.sizes])
    spent = {"seconds": [use.cpu_seconds for use in uses]}
    spent["mebibytes"] = [use.peak_bytes / 2**20 for use in uses]
    rows = {}
    for name, values in spent.items():
        each, start = np.polyfit(sizes, np.array(values), 1)
        rows[name] = {"start": float(start), "a_megapixel": float(each)}
        print(f"{name}: {start:.2f} + {each:.2f} a megapixel")
    print(
        f"in use: {forecast.START_SECONDS} + {forecast.SECONDS_A_MEGAPIXEL} s, "
        f"{forecast.START_MIB} + {forecast.MIB_A_MEGAPIXEL} MiB"
    )
    keep(args.json, measured=uses, fitted=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
