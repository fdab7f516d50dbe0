"""Time and memory of the robust transport on large references.

    python benchmarks/robust_large.py [--size 4000x3000] [--search 1155x866] [--json OUT]

`commands`: whole `sshr conceal` with the default options (it tries every promised channel, writes
the file and reads it again) and `sshr reveal` of that file. `found`: seconds of wall and processor
time, in this process, until the header is found in that stego behind a channel, with what Argon2id
takes; `moved`: where it lies elsewhere or in another size. `innocent`: until nothing is found in
the smaller reference itself behind a channel. Searches give the least of `--repeats`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from commands import both_ways, pair_of
from measuring import run_sshr
from printing import keep, show
from robust_places import changed
from speed import PASSPHRASE, REFERENCE, picture, width_height

import sshr
from sshr.imaging.reading import read_image
from sshr.transports.robust.opening import find
from sshr.transports.robust.profiles import through
from sshr.types import Rgb8

CHANNELS = ("png", "jpeg:75", "webp:80", "small:0.5", "noise")
MOVED = ("mirror", "turn right; jpeg:85", "cut 5,3; jpeg:85", "0.75 bicubic")
INNOCENT = ("jpeg:75", "webp:80", "small:0.5", "noise")


@dataclass(frozen=True)
class CommandUse:
    """A whole process; `peak_bytes` is its resident memory."""

    command: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class SearchTime:
    """A search for a header behind a channel."""

    channel: str
    is_found: bool
    seconds: float
    cpu_seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=width_height, default=(4000, 3000), help="WxH")
    parser.add_argument("--search", type=width_height, default=(1155, 866), help="WxH")
    parser.add_argument("--repeats", type=int, default=3, help="of the searches")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        pair = pair_of(Path(work), args.size)
        uses = []
        for command, words in both_ways(pair, ("--transport", "robust")).items():
            use = run_sshr(words, PASSPHRASE, args.threads)
            uses.append(CommandUse(command, use.seconds, use.cpu_seconds, use.peak_bytes))
        stego, reference = (read_image(pair[index]).rgb for index in (2, 1))
    sent = ((name, through(name, stego)) for name in CHANNELS)
    found = searched(sent, reference, args.repeats)
    moved = searched(((name, changed(stego, name)) for name in MOVED), reference, args.repeats)
    small = picture(REFERENCE, args.search, seed=2)
    sent = ((name, through(name, small)) for name in INNOCENT)
    innocent = searched(sent, small, args.repeats)
    show(f"whole commands, {args.threads} threads", uses)
    show("the header is found", found)
    show("the header is found elsewhere", moved)
    show("nothing is found", innocent)
    sizes = {"size": list(args.size), "search": list(args.search), "threads": args.threads}
    keep(args.json, **sizes, commands=uses, found=found, moved=moved, innocent=innocent)
    return 0


def searched(
    arrivals: Iterable[tuple[str, Rgb8]], reference: Rgb8, repeats: int
) -> list[SearchTime]:
    """Searches in what arrived, by the name of what has happened to it."""
    keys, told = sshr.Keys(sshr.passphrase_bytes(PASSPHRASE)), []
    for name, arrived in arrivals:
        spent = []
        for _ in range(repeats):
            wall, processor = time.perf_counter(), time.process_time()
            header = find(arrived, reference, keys)
            spent.append((time.perf_counter() - wall, time.process_time() - processor))
        least = (min(times) for times in zip(*spent, strict=True))
        told.append(SearchTime(name, header is not None, *least))
    return told


if __name__ == "__main__":
    sys.exit(main())
