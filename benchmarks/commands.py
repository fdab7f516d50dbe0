"""Whole commands against an earlier release and against what cannot be avoided, in one run.

    python benchmarks/commands.py [--previous PYTHON] [--size 4000x3000] [--repeats 5] [--json OUT]
        [--only WORD ...]

PYTHON is the interpreter of an environment with the earlier release. Runs alternate, so that both
see the same machine; the figures are medians of wall time, least processor time, highest memory.
What cannot be avoided (`bound`) is a process that does one Argon2id with NumPy, Pillow and
cryptography loaded; for large pictures it also reads secret and reference and writes a PNG.
With `--only`, OUT keeps its figures of all other commands.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from measuring import Usage, run_process
from printing import keep, show
from speed import PASSPHRASE, REFERENCE, SECRET, SIDE, picture, width_height

import sshr
from sshr.cli.progress import progress_bar
from sshr.evaluation.json_records import to_json
from sshr.imaging.writing import write_image

FOLDER_PICTURES = 100
BOUND = """
import sys
import numpy as np
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from PIL import Image
key = Argon2id(salt=bytes(16), length=32, iterations=3, lanes=4, memory_cost=65536)
key.derive(b"a passphrase for the benchmark only")
if len(sys.argv) > 1:
    *read, out = sys.argv[1:]
    samples = [np.asarray(Image.open(path)) for path in read]
    Image.fromarray(samples[-1]).save(out, compress_type=3)
"""
Words = Sequence[str | Path]
PROGRAM = "PROGRAM"
"""In a file's name: each program reads the stego that it has written."""


@dataclass(frozen=True)
class CommandSpeed:
    """One command of one program.

    Attributes:
        program: `this`, `previous` or `bound`.
        seconds: median wall time; `cpu_seconds` and `peak_bytes` are the least and the highest.
    """

    command: str
    program: str
    runs: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Ratio:
    """Of this program's figures to another's for the same command."""

    command: str
    to: str
    seconds: float
    cpu_seconds: float
    peak_bytes: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--previous", type=Path, metavar="PYTHON", help="with the earlier release")
    parser.add_argument("--size", type=width_height, default=(4000, 3000), help="large pair, WxH")
    parser.add_argument("--repeats", type=int, default=5, help="of the small commands")
    parser.add_argument("--large-repeats", type=int, default=1, help="0 leaves the large ones out")
    parser.add_argument("--pictures", type=int, default=FOLDER_PICTURES, help="of the folder")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="WORD",
        help="commands that have such a word; a reveal needs its conceal",
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    programs = {"this": (sys.executable, own_path())}
    if args.previous:
        programs["previous"] = (str(args.previous), "")
    speeds: list[CommandSpeed] = []
    with progress_bar(silent=False) as progress, tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        jobs = [("small", small_commands(folder), args.repeats)]
        if args.large_repeats:
            jobs.append(("large", large_commands(folder, args.size), args.large_repeats))
        if args.pictures:
            jobs.append(("folder", folder_commands(folder, args.pictures), 1))
        for name, commands, repeats in jobs:
            chosen = {label: job for label, job in commands.items() if wanted(label, args.only)}
            for done, (label, (words, bound)) in enumerate(chosen.items(), start=1):
                speeds += compared(label, words, bound, programs, repeats, args.threads)
                progress(name, done, len(chosen))
    ratios = ratios_of(speeds)
    show(f"whole commands, {args.threads} threads", speeds)
    show("this program's share of another's", ratios)
    parts: dict[str, list[Any]] = {"commands": to_json(speeds), "ratios": to_json(ratios)}
    if args.only and args.json and args.json.exists():
        told = json.loads(args.json.read_text("utf-8"))
        parts = {name: renewed(told[name], rows) for name, rows in parts.items()}
    keep(args.json, threads=args.threads, **parts)
    return 0


def wanted(label: str, only: Sequence[str] | None) -> bool:
    """Whether a command is one of those that are asked for."""
    return only is None or any(word in label for word in only)


def renewed(rows: list[Any], new: list[Any]) -> list[Any]:
    """JSON rows, those of the new ones' commands in the place of their former ones, or last."""
    found: dict[str, list[Any]] = {row["command"]: [] for row in [*rows, *new]}
    fresh = {row["command"] for row in new}
    for row in [*(row for row in rows if row["command"] not in fresh), *new]:
        found[row["command"]].append(row)
    return [row for own in found.values() for row in own]


def own_path() -> str:
    """Where this package is, for PYTHONPATH."""
    return str(Path(sshr.__file__).parents[1])


def compared(
    label: str,
    words: Words,
    bound: Words | None,
    programs: dict[str, tuple[str, str]],
    repeats: int,
    threads: int,
) -> list[CommandSpeed]:
    """One command by every program, in turns, after one turn that does not count."""
    uses: dict[str, list[Usage]] = {}
    for turn in range(-1 if repeats > 1 else 0, repeats):
        for name, (python, path) in programs.items():
            own = [str(word).replace(PROGRAM, name) for word in words]
            use = run_process([python, "-m", "sshr", *own], PASSPHRASE, threads, path)
            if turn >= 0:
                uses.setdefault(name, []).append(use)
        if bound is not None:
            use = run_process([sys.executable, "-c", BOUND, *bound], PASSPHRASE, threads, "")
            if turn >= 0:
                uses.setdefault("bound", []).append(use)
    return [
        CommandSpeed(
            *(label, name, len(own), median(use.seconds for use in own)),
            min(use.cpu_seconds for use in own),
            max(use.peak_bytes for use in own),
        )
        for name, own in uses.items()
    ]


def ratios_of(speeds: Sequence[CommandSpeed]) -> list[Ratio]:
    """Of this program to each other one, command by command."""
    this = {speed.command: speed for speed in speeds if speed.program == "this"}
    return [
        Ratio(
            *(other.command, other.program, this[other.command].seconds / other.seconds),
            this[other.command].cpu_seconds / other.cpu_seconds,
            this[other.command].peak_bytes / other.peak_bytes,
        )
        for other in speeds
        if other.program != "this"
    ]


def small_commands(folder: Path) -> dict[str, tuple[Words, Words | None]]:
    """Help, and a 256x256 pair there and back."""
    found: dict[str, tuple[Words, Words | None]] = {"--help": (("--help",), None)}
    pair = pair_of(folder, (SIDE, SIDE))
    for name, words in both_ways(pair, ()).items():
        found[f"{name} {SIDE} px"] = words, ()
    return found


def large_commands(folder: Path, size: tuple[int, int]) -> dict[str, tuple[Words, Words | None]]:
    """A large pair there and back, analog and sealed."""
    pair, label = pair_of(folder, size), "{}x{}".format(*size)
    secret, reference, _, revealed = pair
    bounds = {"conceal": (secret, reference, revealed), "reveal": (secret, reference, revealed)}
    found: dict[str, tuple[Words, Words | None]] = {}
    for transport in ("analog", "sealed"):
        for name, words in both_ways(pair, ("--transport", transport)).items():
            found[f"{name} {label} {transport}"] = words, bounds[name]
    return found


def folder_commands(folder: Path, count: int) -> dict[str, tuple[Words, Words | None]]:
    """A folder of pictures there and back, one process."""
    secret, reference, *_ = pair_of(folder, (SIDE, SIDE))
    many, references = folder / "many", folder / "references"
    for place, source in ((many, secret), (references, reference)):
        place.mkdir()
        for index in range(count):
            shutil.copy(source, place / f"{index:04}.png")
    end = ("--reference", references, "--force", "--json", "--jobs", "1")
    stegos, back = folder / f"stegos-{PROGRAM}", folder / f"back-{PROGRAM}"
    return {
        f"{count} pictures": (("conceal", many, "-o", stegos, *end), None),
        f"{count} pictures back": (("reveal", stegos, "-o", back, *end), None),
    }


def pair_of(folder: Path, size: tuple[int, int]) -> list[Path]:
    """Files of secret and reference of this width and height, and names for the other two."""
    label = "{}x{}".format(*size)
    names = [
        folder / f"{label}-{role}.png"
        for role in ("secret", "reference", f"stego-{PROGRAM}", "back")
    ]
    for path, photo, seed in ((names[0], SECRET, 1), (names[1], REFERENCE, 2)):
        if not path.exists():
            write_image(path, picture(photo, size, seed=seed))
    return names


def both_ways(pair: Sequence[Path], options: tuple[str, ...]) -> dict[str, Words]:
    """The commands for a pair; the second reads what the first has written."""
    secret, reference, stego, revealed = pair
    end = ("--reference", reference, "--force", "--json")
    return {
        "conceal": ("conceal", secret, "-o", stego, *options, *end),
        "reveal": ("reveal", stego, "-o", revealed, *end),
    }


if __name__ == "__main__":
    sys.exit(main())
